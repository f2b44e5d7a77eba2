"""``theano.sandbox.cuda.basic_ops``: to the card and back, which is the identity here."""

import pytensor.tensor as pt
from pytensor.compile.ops import ViewOp
from pytensor.tensor.sharedvar import TensorSharedVariable

from dltut.theano.gof.op import Op
from dltut.theano.names import passed_on


def _same(x):
    """`x` itself, as a variable."""
    return pt.as_tensor_variable(x)


gpu_contiguous = host_from_gpu = gpu_from_host = as_cuda_ndarray_variable = _same
GpuContiguous = HostFromGpu = GpuFromHost = ViewOp


def as_cuda_array(x):
    """`x` itself."""
    return _same(x)


def gpu_alloc(value, *shape):
    """An array filled with a value."""
    return pt.alloc(value, *shape)


def gpu_alloc_empty(*shape):
    """An array whose values do not matter."""
    return pt.empty(shape, dtype="float32")


class GpuOp(Op):
    """An operation for the card: only its ``perform`` counts here."""


class _NoCard(type):
    def __instancecheck__(cls, instance):
        return False


class CudaNdarray(metaclass=_NoCard):
    """An array on the card; there is none."""


class CudaNdarrayType(metaclass=_NoCard):
    """The type of arrays on the card: an array of float32."""

    def __new__(cls, broadcastable, name=None):
        """An ordinary type."""
        return pt.TensorType("float32", tuple(1 if each else None for each in broadcastable), name)


class CudaNdarrayVariable(metaclass=_NoCard):
    """A variable on the card; there is none."""


class CudaNdarrayConstant(metaclass=_NoCard):
    """A constant on the card; there is none."""


class CudaNdarraySharedVariable(metaclass=_NoCard):
    """A shared variable on the card; there is none."""


def float32_shared_constructor(value, name=None, strict=False, allow_downcast=None, **options):
    """An ordinary shared array.

    Parameters
    ----------
    value : array
    name : str, optional
    strict, allow_downcast, **options
        As for `theano.shared`.
    """
    from dltut.theano.compile.sharedvalue import shared

    return shared(value, name, strict, allow_downcast, **options)


__all__ = ["TensorSharedVariable", "as_cuda_ndarray_variable", "gpu_contiguous", "host_from_gpu"]
__getattr__ = passed_on(__name__)
