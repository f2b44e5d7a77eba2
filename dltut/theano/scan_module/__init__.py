"""``theano.scan_module``: loops in graphs."""

from pytensor.scan.utils import until

from dltut.theano.names import passed_on
from dltut.theano.scan_module.scan import clone, foldl, foldr, map, reduce, scan, scan_checkpoints

__all__ = ["clone", "foldl", "foldr", "map", "reduce", "scan", "scan_checkpoints", "until"]
__getattr__ = passed_on(__name__, "pytensor.scan", "pytensor.scan.utils")
