"""Arrays of one number, shapes that are made sure of, lengths: the same as PyTensor's own."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.basic import Alloc
from pytensor.tensor.shape import SpecifyShape

import dltut
from dltut.kernels.shapes import Checked, Filled, OfLengths, SplitByLengths


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


def made_of_lengths(x):
    """For an array, of PyTensor or of NumPy, what programs make of its lengths."""
    own = np if isinstance(x, np.ndarray) else pt
    n, m = x.shape
    whole = own.arange(n)
    yield from (own.arange(1, 2 * n + 1), own.arange(n - 1, -1, -1), own.exp(-whole / 2))
    yield from (own.zeros((2 * n, m - 1)) + 1, own.eye(n - 1), own.zeros((own.minimum(n, m),)))
    yield from (x[: n - 1], x[n // 2 :, -1], x[own.arange(n - 1), 0], whole[own.argsort(x, 0)])
    yield from (x.sum() / (n - 1), own.repeat(x, n - 1, 0), own.prod(own.stack([n, m])))
    yield from (x[1:].reshape(((n - 1) * m,)), x.reshape(own.concatenate([[m], [n]])))


def test_lengths_in_jax():
    """What is made of them is known: ranges, slices, shapes, and where others are divided."""
    pytest.importorskip("jax")
    x = pt.matrix("x")
    n, m = x.shape
    parts = pt.split(x, pt.stack([m - 1, 1]), n_splits=2, axis=1)
    gradient = pytensor.grad((pt.concatenate([x[: n - 1], 2 * x]) ** 2).sum(), x)
    with pytensor.config.change_flags(mode="JAX"):
        function = dltut.function([x], [*parts, gradient, *made_of_lengths(x)])
    for shape in ((3, 4), (2, 5)):
        values = np.arange(float(np.prod(shape))).reshape(shape).astype(pytensor.config.floatX)
        twice = np.r_[np.full(shape[0] - 1, 10), 8][:, None] * values
        wanted = [values[:, :-1], values[:, -1:], twice, *made_of_lengths(values)]
        for found, each in zip(function(values), wanted, strict=True):
            np.testing.assert_allclose(found, each, rtol=1e-6)


def test_references_of_lengths():
    n = pt.lscalar("n")
    doubled = OfLengths((n * 2).owner.op)(n, pt.constant(2))
    assert doubled.eval({n: 3}, mode="FAST_COMPILE") == 6
    split = pt.split(pt.arange(n), pt.stack([n - 1, 1]), n_splits=2)[0].owner
    parts = SplitByLengths(*split.op._props())(*split.inputs)
    first, second = (each.eval({n: 3}, mode="FAST_COMPILE").tolist() for each in parts)
    assert (first, second) == ([0, 1], [2])
