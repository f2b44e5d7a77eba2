"""``theano.compile.builders``: an operation made of a graph."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.compile.builders")
