"""``theano.gof.null_type``: the type of a gradient that is not there."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.null_type")
