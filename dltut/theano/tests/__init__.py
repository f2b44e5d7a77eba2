"""``theano.tests``: what Theano's tests were made with."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(__name__)
