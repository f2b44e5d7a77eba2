"""``theano.gof.destroyhandler``: who may overwrite what."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.destroyhandler")
