"""``theano.tensor.sort``: sorted arrays."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.sort")
