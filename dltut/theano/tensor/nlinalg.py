"""``theano.tensor.nlinalg``: linear algebra of NumPy's."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.nlinalg", "pytensor.tensor.basic")
