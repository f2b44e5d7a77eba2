"""Graphs of a few numbers as straight-line code."""

from dltut.kernels.straight.op import StraightCode, StraightLoop

__all__ = ["StraightCode", "StraightLoop"]
