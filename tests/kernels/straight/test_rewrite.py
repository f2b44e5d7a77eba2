"""Which parts of a loop become straight-line code, and that they mean what they meant before."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph

from dltut import function
from dltut.kernels.modes import numba_mode
from dltut.kernels.straight.op import StraightCode, StraightLoop
from dltut.kernels.straight.rewrite import FEW, MOST, Straightened
from dltut.machine.rng import Streams
from dltut.nn.loop import repeated, scan
from dltut.samplers import HMC, Banana, Gaussian, Mixture


def straightened(inputs, outputs):
    graph = FunctionGraph(inputs, outputs, clone=True)
    Straightened().apply(graph)
    return [type(node.op).__name__ for node in graph.toposort()]


def fixed(name, *shape):
    return pt.tensor(name, dtype="float64", shape=shape)


@pytest.mark.parametrize(
    ("steps", "first"),
    [(1, "StraightCode"), (MOST // 18, "StraightCode"), (MOST // 4, "DimShuffle")],
)
def test_one_piece_unless_it_is_too_much(steps, first):
    """Else there is a piece after the draw alone."""
    x, streams = fixed("x", 2, 3), Streams(1)
    before = pt.exp(x * 2 + 1)
    after = pt.tanh(streams.uniform(before) * 2 - x)
    for _ in range(steps):
        before = pt.tanh(before - 1)
    names = straightened([x, *streams.states], [before, after])
    assert names.count("StraightCode") == 1 and names[0] == first
    assert (first == "StraightCode") == (len(names) == 1) == ("Uniform" not in names)


@pytest.mark.parametrize(
    "outputs",
    [
        lambda x: [pt.tanh(x * 2 + 1)],
        lambda x: [(x + 1).sum() * 2, x * x, x - 1],
    ],
)
@pytest.mark.parametrize("shape", [(None, 3), (FEW + 1,), (2, FEW)])
def test_many_numbers_or_unknown_shapes_stay(outputs, shape):
    x = fixed("x", *shape)
    assert "StraightCode" not in straightened([x], outputs(x))


def test_numbers_alone_stay():
    """They are no arrays: PyTensor's own composites serve them."""
    x = fixed("x")
    assert "StraightCode" not in straightened([x], [pt.tanh(x * 2 + 1) - x])


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_a_loop(width, rng):
    """The step of two coupled states, with a constant and sums."""
    x, v = (pt.tensor(name, dtype=width, shape=(2, 3)) for name in "xv")
    a = np.asarray(rng.normal(size=(3, 3)) / 3, width)
    rate = pt.scalar("rate", dtype=width)

    def step(x, v, rate):
        v = v - rate * pt.dot(x, a) + rate * x.sum(axis=1, keepdims=True) / 9
        return (x + rate * v).astype(width), v.astype(width)

    xs, vs = scan(step, [x, v], non_sequences=[rate], n_steps=7)
    arguments = [rng.normal(size=(2, 3)).astype(width) for _ in range(2)] + [np.asarray(0.1, width)]
    f = function([x, v, rate], [xs[-1], vs, xs[-1] + vs[-1]], mode="NUMBA")
    kinds = [type(node.op) for node in f._function.maker.fgraph.toposort()]
    assert kinds.count(StraightLoop) == 1 and "Scan" not in [each.__name__ for each in kinds]
    expected = function([x, v, rate], [xs[-1], vs, xs[-1] + vs[-1]], mode="FAST_COMPILE")(
        *arguments
    )
    for one, other in zip(f(*arguments), expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-5 if width == "float32" else 1e-12)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_a_loop_of_which_the_end_is_wanted(width, rng):
    """All of it is one operation; no step at all gives the start."""
    x, v = (pt.tensor(name, dtype=width, shape=(2, 3)) for name in "xv")
    rate, n = pt.scalar("rate", dtype=width), pt.lscalar("n")
    a = np.asarray(rng.normal(size=(3, 3)) / 3, width)

    def step(x, v, rate):
        v = v - rate * pt.dot(x, a) / (1 + (x**2).sum() - pt.sqr(x).sum(axis=1).sum())
        return (x + rate * v).astype(width), v.astype(width)

    xs, vs = scan(step, [x, v], non_sequences=[rate], n_steps=n)
    f = function([x, v, rate, n], [vs[-1] * 2, xs[-1], x], mode="NUMBA")
    kinds = [type(node.op) for node in f._function.maker.fgraph.toposort()]
    assert kinds.count(StraightCode) == 1 and "Scan" not in [each.__name__ for each in kinds]
    one, other = (rng.normal(size=(2, 3)).astype(width) for _ in range(2))
    for n_steps in (0, 1, 9):
        made_v, made_x, kept = f(one, other, np.asarray(0.1, width), n_steps)
        at, fast = one, other
        for _ in range(n_steps):
            fast = fast - np.asarray(0.1, width) * at @ a
            at = at + np.asarray(0.1, width) * fast
        tolerance = 1e-5 if width == "float32" else 1e-12
        np.testing.assert_allclose(made_x, at, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(made_v, 2 * fast, rtol=tolerance, atol=tolerance)
        np.testing.assert_array_equal(kept, one)
        assert made_x.dtype == width


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (lambda x: pt.sort(x), -1),  # not written out
        (lambda x: pt.tanh(pt.dot(pt.full((40, 2), x), np.ones((2, 2)))).sum(axis=0), -1),  # many
    ],
)
def test_a_loop_that_stays(step, wanted):
    x = fixed("x", 2)
    (xs,) = scan(lambda x: [step(x)], [x], n_steps=3)
    graph = FunctionGraph([x], [xs[wanted]], clone=True)
    numba_mode().optimizer(graph)
    assert "Scan" in [type(node.op).__name__ for node in graph.toposort()]


@pytest.mark.parametrize(
    "energy",
    [
        Gaussian([0, 1], [[2, 1], [1, 2]]),
        Banana(),
        Mixture(),
        lambda x: pt.log(1 + (x**4).sum(axis=1)) + pt.abs(x).max(axis=1),
    ],
)
def test_all_draws_of_a_sampler_are_one_operation(energy, rng):
    chains = HMC(rng.normal(size=(3, 2)), energy, n_steps=5)
    adapt, adapts = pt.scalar("adapt", dtype="bool"), pt.vector("adapts", dtype="bool")
    histories = repeated(chains.updates(adapt), adapt, adapts)
    outputs = [histories[chains.positions], *(each[-1] for each in histories.values())]
    graph = FunctionGraph(outputs=outputs, clone=True)
    numba_mode().optimizer(graph)
    kinds = [type(node.op).__name__ for node in graph.toposort()]
    assert kinds.count("StraightLoop") == 1 and not {"Scan", "Uniform"} & {*kinds}
