"""The kernels for NUMBA mode; importing this registers them with PyTensor."""

from dltut.kernels.numba import (
    binary_cross_entropy,
    conv,
    conv_pool,
    cross_entropy,
    dense,
    descent,
    error_rate,
    gibbs,
    pool,
    rows,
    scalar,
    sums,
    threads,
    threefry,
)

__all__ = [
    "binary_cross_entropy",
    "conv",
    "conv_pool",
    "cross_entropy",
    "dense",
    "descent",
    "error_rate",
    "gibbs",
    "pool",
    "rows",
    "scalar",
    "sums",
    "threefry",
]

threads.start()
