"""``theano.tensor.xlogx``: x log x, 0 at 0."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.xlogx")
