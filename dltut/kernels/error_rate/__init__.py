"""The share of the rows whose largest score is not the right class."""

from dltut.kernels.error_rate.op import ErrorRate

__all__ = ["ErrorRate"]
