"""``theano.sandbox.linalg``: the older home of linear algebra."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(__name__, "dltut.theano.sandbox.linalg.ops")
