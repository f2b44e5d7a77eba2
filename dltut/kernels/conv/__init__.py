"""Batched two-dimensional convolution and its two gradients."""

from dltut.kernels.conv.op import (
    Convolution,
    ConvolutionInputGradient,
    ConvolutionWeightGradient,
    output_size,
    padding,
)

__all__ = [
    "Convolution",
    "ConvolutionInputGradient",
    "ConvolutionWeightGradient",
    "output_size",
    "padding",
]
