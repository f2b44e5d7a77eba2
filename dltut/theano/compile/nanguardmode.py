"""``theano.compile.nanguardmode``: the mode that looks for numbers that are none."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.compile.debug.nanguardmode")
