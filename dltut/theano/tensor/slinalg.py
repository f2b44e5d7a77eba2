"""``theano.tensor.slinalg``: linear algebra of SciPy's."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.slinalg", "pytensor.tensor.nlinalg")
