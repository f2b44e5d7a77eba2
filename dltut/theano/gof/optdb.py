"""``theano.gof.optdb``: the collections of rewrites."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.rewriting.db")
