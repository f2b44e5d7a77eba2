"""``theano.scan_module.scan_utils``: what a loop is made of."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.scan.utils", "dltut.theano.scan_module.scan")
