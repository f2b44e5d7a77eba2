"""``theano.sandbox.cuda.var``: variables of the card, of which there are none."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.sandbox.cuda.basic_ops")
