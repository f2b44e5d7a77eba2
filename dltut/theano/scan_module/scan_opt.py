"""``theano.scan_module.scan_opt``: rewrites of loops."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.scan.rewriting")
