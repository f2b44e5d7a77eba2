"""``theano.gof.fg``: graphs that are rewritten."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.fg", "pytensor.graph.utils")
