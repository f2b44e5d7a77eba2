"""``theano.scalar``: operations on single numbers, of which elementwise ones are made."""

from dltut.theano.names import passed_on

__all__ = []
__getattr__ = passed_on(
    __name__, "pytensor.scalar", "pytensor.scalar.basic", "pytensor.scalar.math"
)
