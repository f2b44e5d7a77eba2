"""``theano.tensor.type_other``: slices and None in graphs."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.type_other")
