"""What a Gibbs chain has computed already is not computed again."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from graphs import Pair

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
