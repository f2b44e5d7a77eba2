"""``theano.gof.utils``: errors, and what is written beside a variable."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.utils", "dltut.theano.gof.op")
