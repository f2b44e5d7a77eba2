"""``theano.gpuarray.basic_ops``: to the card and back, which is the identity here."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.sandbox.cuda.basic_ops")
