"""Sums over whole arrays and over all but one axis."""

from dltut.kernels.sums.op import ChannelSums, SumOfSquares, sum_of_squares

__all__ = ["ChannelSums", "SumOfSquares", "sum_of_squares"]
