"""``theano.scalar.basic_scipy``: special functions."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.scalar.math")
