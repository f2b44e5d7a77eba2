"""``theano.sandbox.softsign``: the softsign."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.tensor.nnet.nnet")
