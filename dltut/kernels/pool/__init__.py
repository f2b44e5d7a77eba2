"""Pooling over (batch, maps, rows, columns) and its gradient."""

from dltut.kernels.pool.op import MODES, Pooling, PoolingGradient, output_size

__all__ = ["MODES", "Pooling", "PoolingGradient", "output_size"]
