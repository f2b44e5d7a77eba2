"""Layers: parameters made once in ``__init__``, mathematics in ``__call__``."""

from dltut.layers.conv2d import Conv2D
from dltut.layers.convpool import ConvPool
from dltut.layers.dense import Dense
from dltut.layers.dropout import Dropout
from dltut.layers.parameter import parameter
from dltut.layers.pool2d import Pool2D

__all__ = ["Conv2D", "ConvPool", "Dense", "Dropout", "Pool2D", "parameter"]
