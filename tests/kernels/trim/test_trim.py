"""The first steps and their gradient, on every backend."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.trim import Trim


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_steps_and_gradient(floatX, backend, rng):
    x, n = pt.tensor3("x"), pt.lscalar("n")
    first = Trim()(x, n)
    f = function([x, n], [first, pytensor.grad((first**2).sum(), x)], mode=backend)
    values = rng.normal(size=(3, 5, 2)).astype(floatX)
    for steps in (1, 3, 5):
        found, gradient = f(values, steps)
        kept = 5 if backend == "JAX" else steps
        np.testing.assert_array_equal(found, values[:, :kept])
        wanted = np.zeros_like(values)
        wanted[:, :kept] = 2 * values[:, :kept]
        np.testing.assert_allclose(gradient, wanted, rtol=1e-6)
