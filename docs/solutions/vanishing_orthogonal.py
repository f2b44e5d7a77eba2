"""A linear recurrence by an orthogonal matrix: the gradient is as long at the first step."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.layers import Elman, Recurrent

rng = np.random.default_rng(1)
U = np.linalg.qr(rng.normal(size=(6, 6)))[0]
cell = Elman(rng, 6, 6, W=np.eye(6), U=U, activation=None)
x = pt.tensor3("x")
slope = function([x], pytensor.grad(Recurrent(cell, last=True)(x).sum(), x))
norms = np.linalg.norm(slope(rng.normal(size=(30, 1, 6))), axis=2)[:, 0]
print(norms[[0, 15, 29]])
np.testing.assert_allclose(norms, np.sqrt(6))  # that of the gradient of the sum, (1, ..., 1)
