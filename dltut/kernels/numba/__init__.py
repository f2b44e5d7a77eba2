"""The kernels for NUMBA mode; importing this registers them with PyTensor."""

from dltut.kernels.numba import (
    conv,
    conv_pool,
    cross_entropy,
    dense,
    error_rate,
    pool,
    rows,
    scalar,
    threads,
    threefry,
)

__all__ = [
    "conv",
    "conv_pool",
    "cross_entropy",
    "dense",
    "error_rate",
    "pool",
    "rows",
    "scalar",
    "threefry",
]

threads.start()
