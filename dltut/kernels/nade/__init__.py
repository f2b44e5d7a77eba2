"""The scores of a neural autoregressive distribution estimator, and their gradient."""

from dltut.kernels.nade.op import NadeScores

__all__ = ["NadeScores"]
