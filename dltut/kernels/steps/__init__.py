"""The steps of all sequences below each other, for one product of two matrices, and back."""

from dltut.kernels.steps.op import AsRows, AsSteps, RealRows, RealSteps

__all__ = ["AsRows", "AsSteps", "RealRows", "RealSteps"]
