"""Batched two-dimensional convolution and its two gradients and its transpose."""

from dltut.kernels.conv.op import (
    Convolution,
    ConvolutionInputGradient,
    ConvolutionWeightGradient,
    TransposedConvolution,
    output_size,
    padding,
)

__all__ = [
    "Convolution",
    "ConvolutionInputGradient",
    "ConvolutionWeightGradient",
    "TransposedConvolution",
    "output_size",
    "padding",
]
