"""``theano.scan_module.scan_op``: a loop as an operation."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.scan.op")
