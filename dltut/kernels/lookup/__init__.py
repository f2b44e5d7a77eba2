"""Rows of a matrix by their numbers: the vectors of words."""

from dltut.kernels.lookup.op import Lookup

__all__ = ["Lookup"]
