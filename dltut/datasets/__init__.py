"""Data sets as NumPy arrays: found on this machine, checked, split; and minibatches of rows."""

from dltut.datasets import digits, fashion_mnist, images, mnist, pictures
from dltut.datasets.base import Dataset, Split
from dltut.datasets.catalogue import load, load_data
from dltut.datasets.idx import read_idx, write_idx
from dltut.datasets.minibatches import minibatches
from dltut.datasets.onehot import from_one_hot, one_hot

__all__ = [
    "Dataset",
    "Split",
    "digits",
    "fashion_mnist",
    "from_one_hot",
    "images",
    "load",
    "load_data",
    "minibatches",
    "mnist",
    "one_hot",
    "pictures",
    "read_idx",
    "write_idx",
]
