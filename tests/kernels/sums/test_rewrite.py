"""Which sums become operations of ours, and that they stay as wide as they were."""

import numpy as np
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal

from dltut import function

x = pt.dmatrix("x")


def test_sums_of_squares_and_of_channels():
    maps = pt.dtensor4("maps")
    outputs = [(x**2).sum(), maps.sum(axis=(0, 2, 3)), (maps**2).sum(), x.sum(axis=0)]
    others = [(x**2).sum(axis=1), (x**3).sum(), maps.sum(axis=(0, 1, 3)), maps.sum()]
    both = Pair([x, maps], outputs + others)
    found = both.operations
    assert (found.count("SumOfSquares"), found.count("ChannelSums")) == (2, 2)
    both.assert_same(normal(7, 3), normal(2, 3, 4, 5), steps=1)


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_sums_wider_than_what_they_add(backend):
    x = pt.fmatrix("x")
    sums = [(x**2).sum(dtype="float64"), x.sum(axis=0, dtype="float64")]
    squares, columns = function([x], sums, mode=backend)(np.full((3, 4), 2, dtype="float32"))
    assert squares.dtype == columns.dtype == "float64"
    assert squares == 48 and columns.tolist() == [6, 6, 6, 6]


def test_widths_of_reductions_on_jax():
    """Results have the width of the expression, whatever they are accumulated in."""
    x, n = pt.fmatrix("x"), pt.imatrix("n")
    results = [
        x.sum(),
        x.mean(axis=1),
        pt.prod(x),
        x.max(),
        x.astype("float64").sum(dtype="float32"),
    ]
    results += [n.sum(), n.sum(dtype="int32"), n.max(), pt.any(n), n.mean()]
    values = np.arange(1, 7).reshape(2, 3)
    f = function([x, n], results, mode="JAX")
    for one, expression in zip(
        f(values.astype("float32"), values.astype("int32")), results, strict=True
    ):
        assert one.dtype == expression.dtype
