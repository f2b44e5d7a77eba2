"""``theano.gof.cc``: what runs a graph in C."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.link.c.basic")
