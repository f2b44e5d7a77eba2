"""``theano.tensor.xlogx``: x log x, 0 at 0."""

import pytensor.tensor.xlogx as plain

from dltut.theano.names import passed_on
from dltut.theano.quiet import silently


def xlogx(x):
    """``x * log(x)``, which is 0 at 0."""
    return silently(plain.xlogx, x)


def xlogy0(x, y):
    """``x * log(y)``, which is 0 where x is 0, whatever y is."""
    return silently(plain.xlogy0, x, y)


__all__ = ["xlogx", "xlogy0"]
__getattr__ = passed_on(__name__, "pytensor.tensor.xlogx")
