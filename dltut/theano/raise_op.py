"""``theano.raise_op``: errors as operations."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.raise_op")
