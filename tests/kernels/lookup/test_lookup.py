"""Rows by their numbers and the gradient, on every backend, beside NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.lookup import Lookup


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_rows_and_gradient(floatX, backend, rng):
    W, words = pt.matrix("W"), pt.imatrix("words")
    up = rng.normal(size=(2, 3, 4)).astype(floatX)
    rows = Lookup()(W, words)
    gradient = pytensor.grad(None, W, known_grads={rows: pt.as_tensor(up)})
    f = function([W, words], [rows, gradient], mode=backend)
    values = rng.normal(size=(5, 4)).astype(floatX)
    numbers = np.array([[0, 4, 4], [2, 0, 4]], dtype="int32")
    found, slopes = f(values, numbers)
    np.testing.assert_array_equal(found, values[numbers])
    wanted = np.zeros((5, 4))
    for i, k in np.ndindex(2, 3):
        wanted[numbers[i, k]] += up[i, k]
    np.testing.assert_allclose(slopes, wanted, rtol=1e-5, atol=1e-6)
    assert found.dtype == slopes.dtype == floatX
    for word in (-1, 5):
        numbers[1, 1] = word
        if backend == "JAX":
            assert np.isnan(f(values, numbers)[0][1, 1]).all()
        else:
            with pytest.raises(InputError, match=r"^a word has a number below 0 or not below"):
                f(values, numbers)


def test_finite_differences(rng):
    words = pt.as_tensor(np.array([[1, 1], [0, 2]], dtype="int32"))

    def gradient(W):
        return pytensor.grad((Lookup()(W, words) ** 3).sum(), W)

    assert_gradient(lambda W: (Lookup()(W, words) ** 2).sum(), rng.normal(size=(3, 2)))
    assert_gradient(gradient, rng.normal(size=(3, 2)))


@pytest.mark.parametrize("words", [pt.ivector("words"), pt.itensor3("words")])
def test_numbers_of_other_axes_are_refused(words):
    with pytest.raises(InputError, match=rf"these have 2 and {words.ndim} axes: reshape"):
        Lookup()(pt.matrix("W"), words)
