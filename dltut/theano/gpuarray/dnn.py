"""``theano.gpuarray.dnn``: without a card there is no cuDNN."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.sandbox.cuda.dnn")
