"""``theano.tensor.nnet.opt``: rewrites of networks."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
