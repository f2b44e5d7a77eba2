"""Pooling over (batch, maps, rows, columns) and its gradient."""

from dltut.kernels.pool.op import MODES, TIES, Pooling, PoolingGradient, output_size

__all__ = ["MODES", "TIES", "Pooling", "PoolingGradient", "output_size"]
