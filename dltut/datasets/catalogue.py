"""Data sets by name or by path."""

from dataclasses import replace
from os import PathLike
from pathlib import Path

from dltut.datasets import digits, fashion_mnist, images, mnist
from dltut.datasets.base import Dataset
from dltut.datasets.layouts import layout_in, read_splits
from dltut.exceptions import InputError, nearest
from dltut.machine import config
from dltut.machine.progress import say

NAMES = ("auto", "digits", "mnist", "fashion-mnist")
QUICK = (1200, 600, 600)  # examples; two minibatches of the largest size that the scripts use


def load(
    dataset: str | PathLike = "auto",
    data_dir: str | PathLike | None = None,
    quick: bool = False,
) -> Dataset:
    """A data set by its name, or from a file or folder.

    Parameters
    ----------
    dataset : {"auto", "digits", "mnist", "fashion-mnist"} or path
        "auto" is MNIST where the data folder has it and the embedded digits elsewhere; "mnist"
        is the whole MNIST or an error. A path leads to a pickle (``mnist.pkl.gz``) or npz file, a
        folder with the four idx files, or a folder of pictures with a subfolder for each class.
    data_dir : path, optional
        The data folder, else the configured one, `dltut.machine.config.data_dir`.
    quick : bool
        Only the first 1200 / 600 / 600 examples, to see that something runs.

    Raises
    ------
    InputError
        If there is no such data set, or it is not there, or damaged.

    Examples
    --------
    >>> train, valid, test = load("digits", quick=True)
    >>> len(train), len(valid), len(test)
    (1200, 600, 600)
    """
    loaded = _load(dataset, data_dir)
    if not quick:
        return loaded
    splits = [split[:n] for split, n in zip(loaded, QUICK, strict=True)]
    train, valid, test = splits
    return replace(loaded, train=train, valid=valid, test=test)


def load_data(dataset: str | PathLike = "mnist.pkl.gz") -> list:
    """Three pairs of shared variables, as the tutorials' `load_data` gives them.

    Parameters
    ----------
    dataset : str or path
        A name or path as for `load`. A bare ``mnist.pkl.gz`` that is not there means MNIST in
        whatever form it is found, see `dltut.datasets.mnist.load`.

    Returns
    -------
    list of SharedSplit
        Train, validation, test, each a pair (x, y); x shared floatX, y shared int32.

    Raises
    ------
    InputError
        As for `load`.

    Examples
    --------
    >>> (train_x, train_y), (valid_x, valid_y), (test_x, test_y) = load_data("digits")
    >>> train_x.get_value(borrow=True).shape
    (3000, 784)
    """
    # PyTensor takes a second to import; the rest of this package does without it
    from dltut.machine.shared import shared_dataset

    is_absent = str(dataset) == "mnist.pkl.gz" and not Path(dataset).exists()
    splits = load("auto" if is_absent else dataset)
    return [shared_dataset(split) for split in splits]


def _load(dataset: str | PathLike, data_dir: str | PathLike | None) -> Dataset:
    match str(dataset):
        case "auto":
            return mnist.load(data_dir=data_dir)
        case "digits":
            return digits.load()
        case "mnist":
            return mnist.load_whole(data_dir)
        case "fashion-mnist":
            return fashion_mnist.load(data_dir=data_dir)
    path = Path(dataset).expanduser()
    if not path.exists():
        raise InputError(
            f"no data set or file {str(dataset)!r}: {nearest(str(dataset), NAMES)}, "
            f"or a path; the data folder is {config.data_dir(data_dir).absolute()}"
        )
    return _from_path(path)


def _from_path(path: Path) -> Dataset:
    found = (
        path if path.is_file() else layout_in(path, path.resolve().name) or layout_in(path, "mnist")
    )
    if found is None:
        return images.load(path)
    splits = read_splits(found)
    classes = range(1 + max(split.y.max() for split in splits))
    say(f"data: {found} ({' / '.join(f'{len(split):,}' for split in splits)})")
    preparation = "digit" if path.name.partition(".")[0] == "mnist" else "resize"
    image_shape = _image_shape(splits[0].x.shape[1])
    return Dataset(*splits, path.name, image_shape, tuple(map(str, classes)), preparation)


def _image_shape(n_values: int) -> tuple[int, int, int]:
    """A square grey picture where that fits, else a single line."""
    side = round(n_values**0.5)
    return (1, side, side) if side**2 == n_values else (1, 1, n_values)
