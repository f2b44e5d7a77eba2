"""``theano.tensor.opt``: rewrites of graphs of arrays."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(
    __name__,
    "dltut.theano.gof.opt",
    "pytensor.tensor.rewriting.basic",
    "pytensor.tensor.rewriting.math",
    "pytensor.tensor.rewriting.shape",
    "pytensor.tensor.rewriting.elemwise",
)
