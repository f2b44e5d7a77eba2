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
from dltut.datasets.folder import existing_data_folder
from dltut.datasets.layouts import layout_in, read_splits
from dltut.exceptions import InputError
from dltut.machine.progress import say

HOW_TO_GET = "python -m dltut data mnist"


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
        Where to look otherwise, in it and in its folder ``mnist``;
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
    if path is None:
        path = find(data_dir)
    elif Path(path).is_dir():
        path = find(path) or path
    if path is None:
        say(
            "data: the 5,000 embedded MNIST digits (3,000 train, 1,000 validation, 1,000 test); "
            f"the whole set: {HOW_TO_GET}"
        )
        return digits.load()
    dataset = Dataset(*read_splits(path), name="mnist", preparation="digit")
    say(f"data: MNIST from {path} ({' / '.join(f'{len(split):,}' for split in dataset)})")
    return dataset


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where MNIST lies in the data folder, or None.

    Raises
    ------
    InputError
        If `data_dir` is given but not there.
    """
    folder = existing_data_folder(data_dir)
    # Fashion-MNIST's files have the same names
    folders = [folder / "mnist"] + [folder] * (folder.name != "fashion-mnist")
    found = (layout_in(each, "mnist") for each in folders)
    return next((path for path in found if path is not None), None)


def load_whole(data_dir: str | PathLike | None = None) -> Dataset:
    """MNIST as `load` finds it in the data folder, or an error that says how to get it.

    Raises
    ------
    InputError
        If the data folder does not hold it.
    """
    path = find(data_dir)
    if path is None:
        raise InputError(
            f"no MNIST in {existing_data_folder(data_dir).absolute()}: fetch it with "
            f"`{HOW_TO_GET}`, or take the 5,000 embedded digits, --dataset digits"
        )
    return load(path)
