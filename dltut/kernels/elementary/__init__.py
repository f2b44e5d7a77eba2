"""Exponential, logarithm, tanh, sigmoid and softplus of numbers in single precision."""

from dltut.kernels.elementary.op import OURS

__all__ = ["OURS"]
