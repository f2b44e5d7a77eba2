"""``theano.sandbox.cuda.cuda_ndarray``: arrays of the card, of which there are none."""

import sys

from dltut.theano.names import passed_on

cuda_ndarray = sys.modules[__name__]
__getattr__ = passed_on(__name__, "dltut.theano.sandbox.cuda.basic_ops")
