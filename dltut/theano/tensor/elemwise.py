"""``theano.tensor.elemwise``: operations on each element, sums, and axes in another order."""

import pytensor.tensor.elemwise
from pytensor.tensor.elemwise import CAReduce, Elemwise

from dltut.theano.names import passed_on


class _TheanosDimShuffle(type):
    """Its instances are PyTensor's."""

    def __call__(cls, input_broadcastable, new_order, inplace=True):
        return pytensor.tensor.elemwise.DimShuffle(
            input_ndim=len(input_broadcastable), new_order=tuple(new_order)
        )

    def __instancecheck__(cls, instance):
        return isinstance(instance, pytensor.tensor.elemwise.DimShuffle)


class DimShuffle(metaclass=_TheanosDimShuffle):
    """``DimShuffle(input_broadcastable, new_order)``: axes in another order, new ones, fewer."""


__all__ = ["CAReduce", "DimShuffle", "Elemwise"]
__getattr__ = passed_on(__name__, "pytensor.tensor.elemwise", "pytensor.tensor.math")
