"""Consecutive rows of an array: how a minibatch is reached without a copy."""

from dltut.kernels.rows.op import Rows, rows

__all__ = ["Rows", "rows"]
