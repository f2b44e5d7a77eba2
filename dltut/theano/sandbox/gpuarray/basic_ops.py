"""``theano.sandbox.gpuarray.basic_ops``: where ``theano.gpuarray.basic_ops`` was before."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.gpuarray.basic_ops")
