"""``theano.gpuarray.basic_ops``: to the card and back, which is the identity here."""

from dltut.theano.names import passed_on
from dltut.theano.sandbox.cuda import basic_ops


def infer_context_name(*variables):
    """The card of variables: none."""


def gpu_alloc_empty(context_name=None, dtype="float32"):
    """What makes arrays whose values do not matter.

    Parameters
    ----------
    context_name : str, optional
        Unread.
    dtype : str
    """
    return lambda *shape: basic_ops.gpu_alloc_empty(*shape).astype(dtype)


def GpuAllocEmpty(dtype="float32", context_name=None):
    """The same, its arguments the other way round."""
    return gpu_alloc_empty(context_name, dtype)


def as_gpuarray_variable(x, context_name=None):
    """A variable as one on the card: itself.

    Parameters
    ----------
    x : variable or array
    context_name : str, optional
        Unread.
    """
    return basic_ops.as_cuda_ndarray_variable(x)


KERNELS = "CUDA is not compiled here; give the Op a perform, or say it in Theano's operations"
__all__ = ["GpuAllocEmpty", "as_gpuarray_variable", "gpu_alloc_empty", "infer_context_name"]
__getattr__ = passed_on(
    __name__,
    "dltut.theano.sandbox.cuda.basic_ops",
    refused=dict.fromkeys(
        ["GpuKernelBase", "Kernel", "HideC", "CGpuKernelBase", "gpuarray_helper_inc_dir"], KERNELS
    ),
)
