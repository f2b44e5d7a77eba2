"""The first steps of padded sequences: as many as the longest of a batch has."""

from dltut.kernels.trim.op import Trim

__all__ = ["Trim"]
