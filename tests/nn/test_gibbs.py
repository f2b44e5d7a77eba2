"""The chain's front refuses what it cannot do; what it does is tested with kernel and RBM."""

import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.machine.rng import Streams
from dltut.nn.gibbs import gibbs_chain


@pytest.mark.parametrize("n_steps", [0, 1.5, "2", float("nan")])
def test_steps_are_whole(n_steps):
    h, W, bias = pt.matrix(), pt.matrix(), pt.vector()
    with pytest.raises(InputError, match=r"^n_steps is .*; it counts Gibbs steps: a whole numb"):
        gibbs_chain(Streams(1), h, W, bias, bias, n_steps)
