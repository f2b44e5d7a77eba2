"""The steps of all sequences below each other, for one product of two matrices, and back."""

from dltut.kernels.steps.op import AsRows, AsSteps

__all__ = ["AsRows", "AsSteps"]
