"""``theano.d3viz``: graphs in a browser."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(__name__, "pytensor.d3viz")
