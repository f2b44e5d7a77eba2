"""Elementary functions in graphs: ours for single precision, PyTensor's for all else."""

import numba
import numpy as np
import pytensor.tensor as pt
import pytest
from graphs import Pair

from dltut import function
from dltut.kernels.engine import elementary

NAMES = ["exp", "log", "tanh", "sigmoid", "softplus"]
NUMBERS = np.arange(0, 2**32, 2**32 // 6000, dtype=np.uint64)[:6000].astype(np.uint32)
SINGLE = NUMBERS.view(np.float32).reshape(60, 100)  # of every exponent and sign
ROW = np.linspace(-3, 3, 100, dtype="float32")
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # overflow and log(-1) in NumPy


@pytest.fixture(scope="module")
def results():
    """{name: the function alone, and behind a sum}, all from one graph."""
    x, bias = pt.fmatrix(), pt.fvector()
    outputs = [getattr(pt, name)(each) for name in NAMES for each in (x, x + bias)]
    found = function([x, bias], outputs, mode="NUMBA")(SINGLE, ROW)
    return dict(zip(NAMES, zip(found[::2], found[1::2], strict=True), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_graphs_call_them(results, name):
    """The same bits as the function itself, in a plain compiled loop."""
    scalar = getattr(elementary, f"{name}32")
    values = numba.vectorize(["float32(float32)"])(lambda number: scalar(number))
    alone, fused = results[name]
    np.testing.assert_array_equal(alone, values(SINGLE))
    np.testing.assert_array_equal(fused, values(SINGLE + ROW))


def test_other_types_and_functions_stay():
    """Double precision, whole numbers, and functions that we have not."""
    x, n, single = pt.dvector(), pt.ivector(), pt.fvector()
    outputs = [getattr(pt, name)(x) for name in NAMES]
    outputs += [pt.exp(n), pt.log1p(single), pt.expm1(single), pt.sqrt(single)]
    both = Pair([x, n, single], outputs)
    assert not [str(node) for node in both.nodes if "32(" in str(node)]
    assert [node.op.scalar_op.__class__.__name__ for node in both.nodes].count("Exp") == 2
    values = np.random.RandomState(2).uniform(0.01, 9, 500)
    both.assert_same(values, values.astype("int32"), values.astype("float32"), steps=1)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_in_numpy(name):
    """Ours are PyTensor's operations under other names: the same without a compiler."""
    x = pt.fvector()
    both = Pair([x], getattr(pt, name)(x))
    assert [type(node.op.scalar_op).__name__ for node in both.nodes] == [f"{name.title()}32"]
    both.assert_same(np.linspace(0.1, 3, 7, dtype="float32"), steps=1, rtol=0)
