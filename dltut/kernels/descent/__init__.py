"""Steps of gradient descent: one pass over a parameter, in place."""

from dltut.kernels.descent.op import DenseUpdate, Step

__all__ = ["DenseUpdate", "Step"]
