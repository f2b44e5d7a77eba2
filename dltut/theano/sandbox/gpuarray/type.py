"""``theano.sandbox.gpuarray.type``: where ``theano.gpuarray.type`` was before."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.gpuarray.type")
