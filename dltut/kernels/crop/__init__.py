"""The part of maps that is as large as others, alone or beside these."""

from dltut.kernels.crop.op import Beside, Crop

__all__ = ["Beside", "Crop"]
