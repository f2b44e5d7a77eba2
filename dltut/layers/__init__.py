"""Layers: parameters made once in ``__post_init__``, mathematics in ``__call__``."""

from dltut.layers.activation import Activation
from dltut.layers.batch_norm import BatchNorm
from dltut.layers.conv1d import Conv1D
from dltut.layers.conv2d import Conv2D
from dltut.layers.conv_pool import ConvPool
from dltut.layers.conv_transpose2d import ConvTranspose2D
from dltut.layers.dense import Dense
from dltut.layers.dropout import Dropout
from dltut.layers.embedding import Embedding
from dltut.layers.feature_pool import FeaturePool
from dltut.layers.flatten import Flatten
from dltut.layers.global_pool import GlobalPool
from dltut.layers.maxout import Maxout
from dltut.layers.network import Network
from dltut.layers.parameter import parameter
from dltut.layers.pool1d import Pool1D
from dltut.layers.pool2d import Pool2D
from dltut.layers.recurrent import GRU, LSTM, Bidirectional, Cell, Elman, Recurrent
from dltut.layers.upsample2d import Upsample2D

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "BatchNorm",
    "Bidirectional",
    "Cell",
    "Conv1D",
    "Conv2D",
    "ConvPool",
    "ConvTranspose2D",
    "Dense",
    "Dropout",
    "Elman",
    "Embedding",
    "FeaturePool",
    "Flatten",
    "GlobalPool",
    "Maxout",
    "Network",
    "Pool1D",
    "Pool2D",
    "Recurrent",
    "Upsample2D",
    "parameter",
]
