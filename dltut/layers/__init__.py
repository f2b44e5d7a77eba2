"""Layers: parameters made once in ``__post_init__``, mathematics in ``__call__``."""

from dltut.layers.activation import Activation
from dltut.layers.batch_norm import BatchNorm
from dltut.layers.conv2d import Conv2D
from dltut.layers.conv_pool import ConvPool
from dltut.layers.dense import Dense
from dltut.layers.dropout import Dropout
from dltut.layers.embedding import Embedding
from dltut.layers.feature_pool import FeaturePool
from dltut.layers.flatten import Flatten
from dltut.layers.global_pool import GlobalPool
from dltut.layers.maxout import Maxout
from dltut.layers.network import Network
from dltut.layers.parameter import parameter
from dltut.layers.pool2d import Pool2D
from dltut.layers.recurrent import GRU, LSTM, Bidirectional, Cell, Elman, Recurrent

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "BatchNorm",
    "Bidirectional",
    "Cell",
    "Conv2D",
    "ConvPool",
    "Dense",
    "Dropout",
    "Elman",
    "Embedding",
    "FeaturePool",
    "Flatten",
    "GlobalPool",
    "Maxout",
    "Network",
    "Pool2D",
    "Recurrent",
    "parameter",
]
