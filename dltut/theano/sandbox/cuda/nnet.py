"""``theano.sandbox.cuda.nnet``: networks on the card, which are those of the processor."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.tensor.nnet")
