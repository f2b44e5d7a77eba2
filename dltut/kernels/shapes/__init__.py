"""Arrays of one number, and shapes that are made sure of, without words for Numba to compile."""

from dltut.kernels.shapes.op import Checked, Filled

__all__ = ["Checked", "Filled"]
