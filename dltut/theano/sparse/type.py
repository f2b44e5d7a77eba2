"""``theano.sparse.type``: their types."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.sparse.type")
