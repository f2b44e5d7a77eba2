"""``theano.scalar.basic_sympy``: nothing of it is left."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
