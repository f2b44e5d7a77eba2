"""``theano.sandbox.gpuarray``: where ``theano.gpuarray`` was before it had its own place."""

from dltut.theano.gpuarray import use
from dltut.theano.names import passed_on

__all__ = ["use"]
__getattr__ = passed_on(__name__, "dltut.theano.gpuarray", "dltut.theano.gpuarray.basic_ops")
