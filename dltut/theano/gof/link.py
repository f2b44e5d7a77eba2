"""``theano.gof.link``: what runs a graph."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.link.basic", "pytensor.link.utils")
