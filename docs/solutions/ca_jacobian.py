"""The closed form of the penalty beside the Jacobian that PyTensor derives, row by row."""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import jacobian

from dltut import function
from dltut.datasets import load
from dltut.models import cA

digits = load("digits").train.x[:5]
model = cA(np.random.RandomState(123), n_visible=784, n_hidden=30)

x, row = pt.matrix("x"), pt.vector("row")
closed_form = function([x], model.penalty(x))
code = model.hidden(row[None, :])[0]  # (30,)
derived = function([row], jacobian(code, row))  # (30, 784)

norms = [(derived(digit.astype(x.dtype)) ** 2).sum() for digit in digits]
print(f"closed form {float(closed_form(digits.astype(x.dtype))):.6f}, derived {np.mean(norms):.6f}")
np.testing.assert_allclose(closed_form(digits.astype(x.dtype)), np.mean(norms), rtol=1e-5)
