"""A convolution, its max-pool, and what may follow, as one operation."""

from dltut.kernels.conv_pool.op import PooledConvolution, PooledConvolutionGradients

__all__ = ["PooledConvolution", "PooledConvolutionGradients"]
