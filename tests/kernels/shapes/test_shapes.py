"""Arrays of one number and shapes that are made sure of: the same as PyTensor's own."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.basic import Alloc
from pytensor.tensor.shape import SpecifyShape

import dltut
from dltut.kernels.shapes import Checked, Filled


def kinds(function):
    return {type(node.op) for node in function._function.maker.fgraph.toposort()}


def test_one_number_everywhere():
    """Up to five axes, also none of a length; another number of them is PyTensor's."""
    x, lengths = pt.scalar("x"), pt.lvector("lengths")
    axes = [lengths[i] for i in range(6)]
    outputs = [pt.alloc(x, *axes[:n]) for n in range(1, 7)]
    outputs.append(pt.alloc(x.dimshuffle("x", "x"), *axes[:2]))
    outputs.append(pt.alloc(pt.arange(axes[1]), *axes[:2]))
    function = dltut.function([x, lengths], outputs)
    assert {Filled, Alloc} <= kinds(function)
    for given in ([2, 3, 1, 2, 4, 3], [2, 0, 1, 2, 4, 3]):
        found = function(1.5, given)
        for n, each in enumerate(found[:6], 1):
            np.testing.assert_array_equal(each, np.full(given[:n], 1.5))
            assert each.dtype == pytensor.config.floatX
        np.testing.assert_array_equal(found[6], found[1])
        np.testing.assert_array_equal(found[7], np.tile(np.arange(given[1]), (2, 1)))


def test_nobody_elses_array_is_written_to():
    """What is filled anew at each call may be written to in place."""
    x = pt.matrix("x")
    zeros = pt.zeros((x.shape[0], 3))
    function = dltut.function([x], [pt.set_subtensor(zeros[0], 1.0), zeros])
    for _ in range(2):
        written, zero = function(np.ones((2, 3), pytensor.config.floatX))
        assert written.sum() == 3 and not zero.any()


def test_shapes():
    """Those that are known before; the others are PyTensor's, and all of them refuse."""
    x, n = pt.tensor3("x"), pt.lscalar("n")
    known = dltut.function([x], pt.specify_shape(x, (None, 3, 2)) + 1)
    other = dltut.function([x, n], pt.specify_shape(x, (None, n, 2)) + 1)
    assert Checked in kinds(known) and SpecifyShape not in kinds(known)
    assert SpecifyShape in kinds(other)
    values = np.zeros((4, 3, 2), pytensor.config.floatX)
    assert known(values).shape == other(values, 3).shape == (4, 3, 2)
    with pytest.raises(AssertionError, match=r"SpecifyShape: .* is not \(None, 3, 2\)"):
        known(values[:, :2])
    with pytest.raises(AssertionError, match="SpecifyShape"):
        other(values, 2)


def test_references():
    """In NumPy, where PyTensor computes node by node."""
    value, n = pt.constant(np.full((1, 1), 2.0)), pt.constant(3)
    found = Filled("float64", (3, None))(value, n, n).eval(mode="FAST_COMPILE")
    np.testing.assert_array_equal(found, np.full((3, 3), 2.0))
    x = pt.matrix("x", dtype="float64")
    checked = Checked((None, 3))(x)
    assert checked.type.shape == (None, 3)
    assert Checked((0, None))(x).type.shape == (0, None)
    np.testing.assert_array_equal(checked.eval({x: found}, mode="FAST_COMPILE"), found)
    with pytest.raises(AssertionError, match="SpecifyShape"):
        checked.eval({x: found[:, :2]}, mode="FAST_COMPILE")
