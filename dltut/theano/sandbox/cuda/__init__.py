"""``theano.sandbox.cuda``: there is no card here; what moved arrays to it leaves them."""

from dltut.theano.names import passed_on
from dltut.theano.sandbox.cuda import cuda_ndarray
from dltut.theano.sandbox.cuda.basic_ops import (
    CudaNdarray,
    CudaNdarrayType,
    CudaNdarrayVariable,
    GpuOp,
    as_cuda_ndarray_variable,
    float32_shared_constructor,
    gpu_contiguous,
    gpu_from_host,
    host_from_gpu,
)

shared_constructor = float32_shared_constructor
cuda_available = False
cuda_enabled = False
pygpu_activated = False


def use(device="gpu", force=False, default_to_move_computation_to_gpu=True, **others):
    """Nothing: functions run where ``dltut`` is configured to run them.

    Parameters
    ----------
    device : str
    force, default_to_move_computation_to_gpu : bool
    **others
        Unread.

    Raises
    ------
    OSError
        With `force`, since there is no card.
    """
    if force:
        raise OSError(f"there is no {device} here: leave out force, or configure dltut's device")


def unuse():
    """Nothing."""


def set_gpu_from_theano():
    """Nothing."""


def mem_info() -> tuple[int, int]:
    """The free and the whole memory of the card that is not there."""
    return 0, 0


__all__ = [
    "CudaNdarray",
    "CudaNdarrayType",
    "CudaNdarrayVariable",
    "GpuOp",
    "as_cuda_ndarray_variable",
    "cuda_available",
    "cuda_enabled",
    "cuda_ndarray",
    "gpu_contiguous",
    "gpu_from_host",
    "host_from_gpu",
    "use",
]
__getattr__ = passed_on(__name__, "dltut.theano.sandbox.cuda.basic_ops", "pytensor.tensor.type")
