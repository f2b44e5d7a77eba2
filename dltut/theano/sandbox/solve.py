"""``theano.sandbox.solve``: the older home of solving linear equations."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.slinalg")
