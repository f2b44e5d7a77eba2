"""``theano.compile.debugmode``: the mode that checks every operation."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.compile.debug.debugmode")
