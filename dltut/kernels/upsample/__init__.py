"""Maps made larger by whole factors."""

from dltut.kernels.upsample.op import MODES, Upsampling

__all__ = ["MODES", "Upsampling"]
