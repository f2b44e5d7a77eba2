"""Arrays of one number, shapes that are made sure of, and arithmetic of lengths."""

from dltut.kernels.shapes.op import Checked, Filled, OfLengths, SplitByLengths

__all__ = ["Checked", "Filled", "OfLengths", "SplitByLengths"]
