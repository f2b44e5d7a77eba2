"""``theano.tensor.var``: array variables."""

from dltut.theano.names import passed_on

AsTensorError = TypeError
__getattr__ = passed_on(__name__, "pytensor.tensor.variable", "pytensor.tensor.exceptions")
