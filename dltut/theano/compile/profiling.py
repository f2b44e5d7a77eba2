"""``theano.compile.profiling``: where a function spends its time."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.compile.debug.profiling")
