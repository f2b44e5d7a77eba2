"""``theano.compat.python2x``: what Python 2 lacked."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.compat", "collections", "functools", "itertools")
