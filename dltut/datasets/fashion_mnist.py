"""Fashion-MNIST: 70,000 pictures of clothes, of the same size, layout and split as MNIST.

References
----------
.. [1] H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST: a novel image dataset for
   benchmarking machine learning algorithms", arXiv:1708.07747.
"""

from os import PathLike
from pathlib import Path

from dltut.datasets.base import Dataset
from dltut.datasets.sources import Source, idx_sha256

SOURCE = Source(
    name="fashion-mnist",
    title="Fashion-MNIST",
    classes=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    preparation="light on dark",
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    sha256=idx_sha256(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    folders=("FashionMNIST",),
    bare="(?i)fashion.*",
    installed=(Path("/usr/share/datasets/fashion-mnist"),),  # of Debian's dataset-fashion-mnist
    help="on Debian `apt install dataset-fashion-mnist`",
)  # fmt: skip


def load(path: str | PathLike | None = None, data_dir: str | PathLike | None = None) -> Dataset:
    """Fashion-MNIST from `path`, else from the data folder, else from Debian's package.

    Parameters
    ----------
    path : path, optional
        As for `dltut.datasets.mnist.load`.
    data_dir : path, optional
        Where to look otherwise, in its folders ``fashion-mnist`` and ``FashionMNIST/raw``;
        else in the configured folder, `dltut.machine.config.data_dir`.

    Returns
    -------
    Dataset
        50,000 / 10,000 / 10,000, pixels divided by 256.

    Raises
    ------
    InputError
        If it is found nowhere, saying how to get it, or is damaged.
    """
    return SOURCE.load(path, data_dir)


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where Fashion-MNIST lies in the data folder or in Debian's, or None.

    Raises
    ------
    InputError
        If `data_dir` is given but not there.
    """
    return SOURCE.find(data_dir)
