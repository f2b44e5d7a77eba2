"""``theano.gof.toolbox``: what watches a graph while it is rewritten."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.graph.features", "pytensor.graph.traversal")
