"""``theano.sandbox.linalg.ops``: the older home of linear algebra."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(
    __name__,
    "dltut.theano.tensor.nlinalg",
    "dltut.theano.tensor.slinalg",
    "pytensor.tensor.basic",
    "pytensor.tensor.linalg",
)
