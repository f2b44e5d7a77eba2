"""``theano.tensor.nnet.corr``: the convolution that multiplied matrices."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.tensor.nnet.abstract_conv")
