"""``theano.compile.monitormode``: the mode that shows every step."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.compile.debug.monitormode")
