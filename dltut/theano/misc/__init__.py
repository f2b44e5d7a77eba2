"""``theano.misc``: files and texts."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
