"""``theano.tensor.nlinalg``: linear algebra of NumPy's."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on

trace = pt.trace
diag = extract_diag = pt.diagonal
alloc_diag = pt.diag
__getattr__ = passed_on(__name__, "pytensor.tensor.nlinalg", "pytensor.tensor.basic")
