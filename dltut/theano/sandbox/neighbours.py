"""``theano.sandbox.neighbours``: windows of pictures as rows."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.tensor.nnet.neighbours")
