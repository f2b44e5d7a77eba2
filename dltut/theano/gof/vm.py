"""``theano.gof.vm``: what runs a graph node after node."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.link.vm")
