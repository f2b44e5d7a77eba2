"""Pooling over whole maps, beside NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import GlobalPool


def test_numpy(mode, rng):
    x = rng.normal(size=(2, 3, 4, 5))
    given = pt.as_tensor(x)
    outputs = [GlobalPool(kind)(given) for kind in ("max", "mean", "sum")]
    largest, mean, total, gradient = function(
        [], [*outputs, pytensor.grad(outputs[0].sum(), given)]
    )()
    np.testing.assert_array_equal(largest, x.max(axis=(2, 3)))
    np.testing.assert_allclose(mean, x.mean(axis=(2, 3)))
    np.testing.assert_allclose(total, x.sum(axis=(2, 3)))
    np.testing.assert_array_equal(gradient, x == x.max(axis=(2, 3), keepdims=True))


def test_refusals():
    with pytest.raises(InputError, match=r"^there is no pooling mode 'mena': did you mean mean"):
        GlobalPool("mena")
    with pytest.raises(InputError, match=r"the maximum is taken of maps whose sizes are known"):
        GlobalPool("max")(pt.tensor4("x"))
    assert GlobalPool().out_shape((7, 3, 3)) == (7,)
