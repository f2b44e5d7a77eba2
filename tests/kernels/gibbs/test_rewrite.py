"""What a Gibbs chain has computed already, and loops of Gibbs steps that old programs wrote."""

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from graphs import Pair

from dltut.kernels.threefry import Uniform
from dltut.machine.rng import Streams, next_states
from dltut.nn.gibbs import gibbs_chain


def test_the_end_of_a_gibbs_chain():
    """The mean of its hidden units is computed once, with the draw, and nowhere else."""
    rng = np.random.default_rng(0)
    W, h = (pytensor.shared(rng.random(shape), name="W") for shape in ((6, 4), (3, 4)))
    hbias, vbias = (pytensor.shared(rng.normal(size=n), name="bias") for n in (4, 6))
    _, v, end = gibbs_chain(Streams(3), h, W, hbias, vbias, n_steps=2)
    outputs = [v, end, pt.sigmoid(v @ W + hbias), pt.sigmoid(end @ W.T + vbias)]
    both = Pair([], outputs, next_states(outputs))
    assert "Affine" not in both.operations
    both.assert_same()


class Machine:
    """A loop of Gibbs steps, written as a script would, with shared variables for all it reads."""

    def __init__(self, width="float64", rows=False, other=None):
        rng = np.random.default_rng(1)

        def shared(*shape):
            return pytensor.shared(rng.normal(size=shape).astype(width))

        self.W, self.U = shared(6, 4), other and shared(4, 6)
        lead = (3,) if rows else ()
        self.hbias, self.vbias, self.width = shared(*lead, 4), shared(*lead, 6), width
        self.h, self.v = (pytensor.shared(np.ones((3, n), width)) for n in (4, 6))
        streams = Streams(5)
        self.states = streams.new_state(), streams.new_state()

    def drawn(self, state, mean):
        following, numbers = Uniform()(state, mean)
        return pt.lt(numbers, mean).astype(self.width), following

    def up(self, v, state):
        scores = pt.dot(v, self.W) + self.hbias
        mean = pt.sigmoid(scores)
        return scores, mean, *self.drawn(state, mean)

    def down(self, h, state):
        scores = self.vbias + pt.dot(h, self.W.T if self.U is None else self.U)
        mean = pt.sigmoid(scores)
        return scores, mean, *self.drawn(state, mean)

    def loop(self, first, second, start, n_steps=3):
        """All values of both layers' scores, means and units; then the two generators'."""

        def step(units, one, other):
            *middle, one = first(units, one)
            *last, other = second(middle[-1], other)
            return [*middle, *last, one, other]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)  # of `mode`, since PyTensor 3.3
            options = {"n_steps": n_steps, "return_updates": False, "mode": "FAST_COMPILE"}
            return pytensor.scan(step, outputs_info=[None] * 5 + [start, *self.states], **options)

    def pair(self, outputs, start, end, generators):
        following = [each[-1] for each in generators]
        return Pair([], outputs, {start: end, **dict(zip(self.states, following, strict=True))})


@pytest.mark.parametrize("options", [{}, {"rows": True}, {"width": "float32"}])
def test_loop_of_hidden_units(options):
    """The end of all that a step computes, but the scores of the units it ends with."""
    m = Machine(**options)
    *outputs, h, one, other = m.loop(m.down, m.up, m.h)
    wanted = [each[-1] for each in (*outputs[:3], outputs[4])]
    both = m.pair([*wanted, outputs[2].shape[1]], m.h, h[-1], [one, other])
    assert both.operations.count("GibbsChain") == 1 and "Scan" not in both.operations
    both.assert_same(rtol=1e-12 if m.width == "float64" else 1e-5)


def test_loop_of_visible_units():
    """It is a chain as well, of the transposed weights; nothing but its units need be wanted."""
    m = Machine()
    *_, v, one, other = m.loop(m.up, m.down, m.v, n_steps=2)
    both = m.pair([], m.v, v[-1], [one, other])
    assert both.operations.count("GibbsChain") == 1 and "Scan" not in both.operations
    both.assert_same()


@pytest.mark.parametrize("why", ["path", "scores", "weights", "means"])
def test_loops_that_stay(why):
    """The way is wanted; scores that a chain does not keep; other weights; units without draws."""
    m = Machine(other=True if why == "weights" else None)
    up = m.up
    if why == "means":
        m.up = lambda v, state: (*up(v, state)[:2], up(v, state)[1], up(v, state)[3])
    *outputs, h, one, other = m.loop(m.down, m.up, m.h)
    wanted = {"path": outputs[2].sum(axis=0), "scores": outputs[3][-1]}.get(why, outputs[2][-1])
    both = m.pair([wanted], m.h, h[-1], [one, other])
    assert "GibbsChain" not in both.operations
    both.assert_same()
