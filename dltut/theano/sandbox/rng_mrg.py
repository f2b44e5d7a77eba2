"""``theano.sandbox.rng_mrg``: random numbers, the kind that ran on a graphics card."""

import numpy as np

from dltut.theano.names import passed_on
from dltut.theano.tensor.streams import RandomBase


class MRG_RandomStreams(RandomBase):
    """Streams of random numbers.

    Parameters
    ----------
    seed : int or list of int
    use_cuda : optional
        Unread.
    """

    def __init__(self, seed=12345, use_cuda=None):
        super().__init__(seed)
        self.use_cuda = use_cuda
        self.rstate = np.full(6, self._streams.seed, dtype="uint32")  # unread

    def set_rstate(self, seed) -> None:
        """Begin anew from a seed."""
        self.seed(seed)

    def inc_rstate(self) -> None:
        """Go to the next stream of the same seed."""
        self.seed(self._streams.seed + 1)


class MRG_RandomStreams2(MRG_RandomStreams):
    """The older name of `MRG_RandomStreams`."""


__getattr__ = passed_on(__name__)
