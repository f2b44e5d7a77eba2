"""``theano.tensor.opt_uncanonicalize``: rewrites into faster forms."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.rewriting.uncanonicalize")
