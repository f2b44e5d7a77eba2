"""MNIST: 70,000 handwritten digits, 28 x 28, grey; 50,000 / 10,000 / 10,000 in the official order.

References
----------
.. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), "Gradient-based learning applied to
   document recognition", Proceedings of the IEEE 86 (11).
"""

from os import PathLike
from pathlib import Path

from dltut.datasets import digits
from dltut.datasets.base import Dataset
from dltut.datasets.sources import Source, idx_sha256
from dltut.machine.notices import say

SOURCE = Source(
    name="mnist",
    title="MNIST",
    classes=digits.CLASSES,
    preparation="digit",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    sha256=idx_sha256(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    folders=("MNIST",),
    bare=r"(?i)(?!fashion).*",
    help="take the 5,000 embedded digits, --dataset digits",
)


def load(path: str | PathLike | None = None, data_dir: str | PathLike | None = None) -> Dataset:
    """MNIST from `path`, else from the data folder, else the 5,000 digits inside this package.

    One line on standard error says which it was. Nothing is ever downloaded here: that is
    `dltut.datasets.download`, or ``python -m dltut data mnist``.

    Parameters
    ----------
    path : path, optional
        A folder with the four idx files (packed with gzip or not), ``mnist.pkl.gz``, an npz, or a
        folder with one of these.
    data_dir : path, optional
        Where to look otherwise, in it and in its folders ``mnist`` and ``MNIST/raw``;
        else in the configured folder, `dltut.machine.config.data_dir`.

    Returns
    -------
    Dataset
        Pixels in [0, 1): the bytes divided by 256. The last 10,000 examples of the official
        training file are the validation split.

    Raises
    ------
    InputError
        If `path` or `data_dir` is given but not there, or what is found is damaged.

    Examples
    --------
    >>> train, valid, test = load()
    >>> train.x.shape, len(valid), len(test)
    ((3000, 784), 1000, 1000)
    """
    path = find(data_dir) if path is None else path
    if path is None:
        say(
            "data: the 5,000 embedded MNIST digits (3,000 train, 1,000 validation, 1,000 test); "
            f"the whole set: {SOURCE.how_to_get}"
        )
        return digits.load()
    return SOURCE.load(path)


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where MNIST lies in the data folder, or None.

    Raises
    ------
    InputError
        If `data_dir` is given but not there.
    """
    return SOURCE.find(data_dir)
