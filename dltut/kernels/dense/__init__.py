"""Products of matrices, and layers made of one."""

from dltut.kernels.dense.op import ACTIVATIONS, Affine, MatrixProduct

__all__ = ["ACTIVATIONS", "Affine", "MatrixProduct"]
