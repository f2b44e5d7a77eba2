"""``theano.typed_list``: lists in graphs."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(__name__, "pytensor.typed_list")
