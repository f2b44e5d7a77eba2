"""``theano.misc.strutil``: texts of C code, which is not made any more."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
