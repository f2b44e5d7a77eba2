"""The gradient of logistic regression by its formula, beside the derived one."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load, one_hot
from dltut.models import LogisticRegression
from dltut.nn import negative_log_likelihood

digits = load("digits").train[:20]
W = np.random.RandomState(0).normal(0, 0.1, (784, 10))
model = LogisticRegression(784, 10, W=W)

x, y = pt.matrix("x"), pt.ivector("y")
cost = negative_log_likelihood(model(x), y)
gradients = function([x, y], pytensor.grad(cost, model.params))
derived = gradients(digits.x.astype(x.dtype), digits.y.astype("int32"))

scores = digits.x @ W  # (20, 10)
p = np.exp(scores - scores.max(axis=1, keepdims=True))
p /= p.sum(axis=1, keepdims=True)
difference = (p - one_hot(digits.y, 10)) / len(digits)  # (20, 10)

np.testing.assert_allclose(derived[0], digits.x.T @ difference, atol=1e-6)
np.testing.assert_allclose(derived[1], difference.sum(axis=0), atol=1e-6)
print("the gradients agree")
