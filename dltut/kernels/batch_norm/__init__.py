"""Maps with mean 0 and variance 1 over a batch, scaled, shifted and activated; the gradient."""

from dltut.kernels.batch_norm.op import ACTIVATIONS, Normalised

__all__ = ["ACTIVATIONS", "Normalised"]
