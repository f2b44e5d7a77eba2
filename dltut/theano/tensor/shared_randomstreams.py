"""``theano.tensor.shared_randomstreams``: random numbers, the kind that was NumPy's."""

from pytensor.compile.sharedvalue import SharedVariable

from dltut.theano.names import passed_on
from dltut.theano.tensor.streams import RandomBase


class RandomStreams(RandomBase):
    """Streams of random numbers, see `RandomBase`."""

    def gen(self, op, *args, **kwargs):
        """A draw by one of the methods, by its name or itself.

        Parameters
        ----------
        op : str or callable
        *args, **kwargs
            What the method takes.
        """
        return getattr(self, op if isinstance(op, str) else op.__name__)(*args, **kwargs)


class RandomStateSharedVariable(SharedVariable):
    """The state of a generator; ours are arrays."""


__getattr__ = passed_on(__name__)
