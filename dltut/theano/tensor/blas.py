"""``theano.tensor.blas``: products of matrices."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.blas", "pytensor.tensor.rewriting.blas")
