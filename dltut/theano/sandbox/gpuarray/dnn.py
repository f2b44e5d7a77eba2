"""``theano.sandbox.gpuarray.dnn``: where ``theano.gpuarray.dnn`` was before."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.gpuarray.dnn")
