"""Data sets as NumPy arrays: found on this machine, checked, split; and minibatches of rows."""

from dltut.datasets.base import Dataset, Split
from dltut.datasets.catalogue import load, load_data
from dltut.datasets.idx import read_idx, write_idx
from dltut.datasets.minibatches import minibatches
from dltut.datasets.onehot import from_one_hot, one_hot

__all__ = [
    "Dataset",
    "Split",
    "from_one_hot",
    "load",
    "load_data",
    "minibatches",
    "one_hot",
    "read_idx",
    "write_idx",
]
