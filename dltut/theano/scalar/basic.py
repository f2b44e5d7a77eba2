"""``theano.scalar.basic``: the operations themselves."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.scalar.basic", "pytensor.scalar.math")
