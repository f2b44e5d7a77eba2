"""``theano.scan_module.scan_views``: special loops."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.scan_module.scan")
