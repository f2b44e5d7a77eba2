"""Reductions over neighbouring axes against NumPy: kinds, axes, widths, strides, no numbers."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.tensor.elemwise import CAReduce

from dltut import function
from dltut.kernels.reduction.op import Reduction

AXES = [None, 0, 1, 2, (0, 1), (1, 2), (0, 1, 2)]


def operations(compiled):
    return [type(node.op) for node in compiled._function.maker.fgraph.toposort()]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_numbers(dtype, rng):
    """Of arrays in any order in memory; a sum of float32 is as exact as one of float64."""
    x = pt.tensor3("x", dtype=dtype)
    given = (1.5 * rng.normal(size=(3, 4, 5))).astype(dtype)
    names = ("sum", "max", "min", "prod")
    pairs = [(name, axis) for name in names for axis in AXES]
    f = function([x], [getattr(x, name)(axis=axis) for name, axis in pairs], mode="NUMBA")
    assert not any(issubclass(each, CAReduce) for each in operations(f))
    for each in (given, given[::-1, :, ::2], given.transpose(2, 0, 1)):
        for (name, axis), found in zip(pairs, f(each), strict=True):
            exact = getattr(each.astype("float64"), name)(axis=axis)
            assert found.shape == np.shape(exact)
            nearly = (1e-6, 1e-5) if dtype == "float32" else (1e-12, 1e-12)
            np.testing.assert_allclose(found, exact, *nearly, err_msg=f"{name} {axis}")


def test_any_and_all(rng):
    x = pt.tensor3("x", dtype="bool")
    pairs = [(name, axis) for name in ("any", "all") for axis in (None, 0, (1, 2))]
    f = function([x], [getattr(x, name)(axis=axis) for name, axis in pairs], mode="NUMBA")
    for given in (rng.random((2, 3, 4)) < 0.2, np.ones((2, 3, 4), bool), np.zeros((2, 3, 4), bool)):
        for (name, axis), found in zip(pairs, f(given), strict=True):
            np.testing.assert_array_equal(found, getattr(given, name)(axis=axis))


def test_numbers_that_are_none_are_not_lost():
    """The largest of numbers with a NaN among them is NaN, as in NumPy and in mode JAX."""
    x = pt.dmatrix("x")
    f = function([x], [x.max(axis=1), x.min(axis=1), x.max(), x.sum(axis=0)], mode="NUMBA")
    given = np.array([[np.nan, 1.0], [1.0, np.nan], [2.0, 3.0]])
    largest, smallest, overall, total = f(given)
    np.testing.assert_array_equal(largest, [np.nan, np.nan, 3.0])
    np.testing.assert_array_equal(smallest, [np.nan, np.nan, 2.0])
    assert np.isnan(overall)
    np.testing.assert_array_equal(total, given.sum(axis=0))


def test_no_numbers():
    x = pt.dmatrix("x")
    f = function([x], [x.sum(), x.prod(axis=0), x.sum(axis=1)], mode="NUMBA")
    for shape in ((0, 3), (2, 0)):
        for found, exact in zip(
            f(np.zeros(shape)), (0.0, np.ones(shape[1]), np.zeros(shape[0])), strict=True
        ):
            np.testing.assert_array_equal(found, exact)


def test_the_rest_stays_with_pytensor():
    """Axes that are no neighbours, numbers with an imaginary part."""
    x, z = pt.tensor3("x"), pt.zmatrix("z")
    f = function([x, z], [x.max(axis=(0, 2)), z.sum()], mode="NUMBA")
    assert Reduction not in operations(f)
    given = np.arange(24.0, dtype=x.dtype).reshape(2, 3, 4)
    largest, total = f(given, np.array([[1j, 2.0]]))
    np.testing.assert_array_equal(largest, given.max(axis=(0, 2)))
    assert total == 2 + 1j


def test_reference():
    x = pt.imatrix("x")
    for kind, expected in (("add", 6), ("maximum", 3), ("mul", 6)):
        out = Reduction(kind, (0, 1), "int64", "int32")(x)
        assert out.eval({x: np.array([[1, 2, 3]], "int32")}, mode="FAST_COMPILE") == expected
