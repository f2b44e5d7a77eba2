"""FAST_COMPILE calls NumPy once for a whole array, and computes the same."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor import scan
from pytensor.scalar.basic import Add, Mul
from pytensor.tensor.elemwise import Elemwise

from dltut import function


def operations(compiled):
    nodes = compiled._function.maker.fgraph.toposort()
    return [node for node in nodes if isinstance(node.op, Elemwise)]


def test_products_and_sums_are_of_pairs(rng):
    x, y, n = pt.dmatrix(), pt.drow(), pt.bmatrix()
    f = function([x, y, n], [x * y * n * x, x + y + n], mode="FAST_COMPILE")
    given = rng.normal(size=(3, 4)), rng.normal(size=(1, 4)), np.full((3, 4), 3, "int8")
    a, b, c = given
    for found, wanted in zip(f(*given), (a * b * c * a, a + b + c), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)
    nodes = [node for node in operations(f) if isinstance(node.op.scalar_op, Add | Mul)]
    assert len(nodes) == 5 and all(len(node.inputs) == 2 for node in nodes)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "bool"])
def test_types_are_changed_as_numpy_does(dtype):
    x = pt.dmatrix()
    f = function([x], pt.cast(x, dtype), mode="FAST_COMPILE")
    given = np.array([[0.0, 1.5, -2.5]])
    found = f(given)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, given.astype(dtype))
    assert all(node.op.nfunc_spec for node in operations(f))


@pytest.mark.filterwarnings("ignore:The `mode` argument of `scan`:FutureWarning")  # since 3.3
def test_loops_too():
    x = pt.dvector()
    total = scan(
        lambda each: (each > 0).astype("float64") * each * each,
        sequences=[x],
        return_updates=False,
        mode="FAST_COMPILE",
    )
    f = function([x], total, mode="FAST_COMPILE")
    (loop,) = (
        node.op for node in f._function.maker.fgraph.toposort() if hasattr(node.op, "fgraph")
    )
    assert "dltut_fast_inside" in loop.mode.provided_optimizer.include
    np.testing.assert_array_equal(f(np.array([2.0, -1.0, 3.0])), [4, 0, 9])


def test_other_functions_do_not_change():
    x, y, z = pt.dvectors("x", "y", "z")
    plain = pytensor.function([x, y, z], x * y * z, mode="FAST_COMPILE")
    (node,) = plain.maker.fgraph.toposort()
    assert len(node.inputs) == 3
