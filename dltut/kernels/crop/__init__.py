"""The part of maps that is as large as others."""

from dltut.kernels.crop.op import Crop

__all__ = ["Crop"]
