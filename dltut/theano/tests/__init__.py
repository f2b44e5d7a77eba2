"""``theano.tests``: what Theano's tests were made with."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
