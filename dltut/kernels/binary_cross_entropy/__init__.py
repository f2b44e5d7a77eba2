"""Binary cross-entropy of every unit from unnormalised scores, with its gradient."""

from dltut.kernels.binary_cross_entropy.op import BinaryCrossEntropy, check_units

__all__ = ["BinaryCrossEntropy", "check_units"]
