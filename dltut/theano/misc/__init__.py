"""``theano.misc``: files and texts."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(__name__)
