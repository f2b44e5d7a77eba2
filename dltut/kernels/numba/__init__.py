"""The kernels for NUMBA mode; importing this registers them with PyTensor."""

from dltut.kernels.numba import conv, cross_entropy, pool, rows, scalar, threefry

__all__ = ["conv", "cross_entropy", "pool", "rows", "scalar", "threefry"]
