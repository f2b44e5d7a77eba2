"""The cross-entropy that no reconstruction can go below: that of the grey levels themselves."""

import numpy as np
import pytensor.tensor as pt
from scipy.special import logit, xlogy

from dltut.datasets import load
from dltut.nn import binary_cross_entropy

digits = load("digits").train.x.astype("float64")
floor = -(xlogy(digits, digits) + xlogy(1 - digits, 1 - digits)).sum(axis=1).mean()
print(f"lowest possible cost {floor:.3f} nats")

# The cost at scores that are right everywhere is the same; at 0 the right score is -infinity.
perfect = pt.as_tensor(logit(np.maximum(digits, 1e-9)))
assert abs(binary_cross_entropy(perfect, pt.as_tensor(digits)).eval() - floor) < 1e-3
assert (digits[(digits > 0) & (digits < 1)]).size > 100 * len(digits)  # grey pixels: that is why
