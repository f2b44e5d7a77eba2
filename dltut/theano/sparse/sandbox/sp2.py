"""``theano.sparse.sandbox.sp2``: more of matrices that are mostly zeros."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.sparse", "pytensor.sparse.basic")
