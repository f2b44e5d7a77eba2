"""Which parts of a loop become straight-line code, and that they mean what they meant before."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph

from dltut import function
from dltut.kernels.straight.op import StraightCode
from dltut.kernels.straight.rewrite import FEW, Straightened
from dltut.machine.rng import Streams
from dltut.nn.loop import scan


def straightened(inputs, outputs):
    graph = FunctionGraph(inputs, outputs, clone=True)
    Straightened().apply(graph)
    return [type(node.op).__name__ for node in graph.toposort()]


def fixed(name, *shape):
    return pt.tensor(name, dtype="float64", shape=shape)


def test_one_piece_before_a_draw_and_one_after_it():
    x, streams = fixed("x", 2, 3), Streams(1)
    before = pt.exp(x * 2 + 1)
    drawn = streams.uniform(before)
    names = straightened(
        [x, *streams.states], [pt.tanh(before - 1) * 3, pt.tanh(drawn * 2 + before)]
    )
    assert names == ["StraightCode", "Uniform", "StraightCode"]


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
    loops = [n.op for n in f._function.maker.fgraph.toposort() if type(n.op).__name__ == "Scan"]
    inside = [n.op for n in loops[0].fgraph.toposort()]
    assert [type(each) for each in inside] == [StraightCode]
    expected = function([x, v, rate], [xs[-1], vs, xs[-1] + vs[-1]], mode="FAST_COMPILE")(
        *arguments
    )
    for one, other in zip(f(*arguments), expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-5 if width == "float32" else 1e-12)
