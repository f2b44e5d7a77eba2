"""Fashion-MNIST: 70,000 pictures of clothes, of the same size, layout and split as MNIST.

References
----------
.. [1] H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST: a novel image dataset for
   benchmarking machine learning algorithms", arXiv:1708.07747.
"""

from os import PathLike
from pathlib import Path

from dltut.datasets.base import Dataset
from dltut.datasets.folder import existing_data_folder
from dltut.datasets.layouts import layout_in, read_splits
from dltut.exceptions import InputError
from dltut.machine.progress import say

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist


def load(path: str | PathLike | None = None, data_dir: str | PathLike | None = None) -> Dataset:
    """Fashion-MNIST from `path`, else from the data folder, else from Debian's package.

    Parameters
    ----------
    path : path, optional
        As for `dltut.datasets.mnist.load`.
    data_dir : path, optional
        Where to look otherwise, in its folder ``fashion-mnist``;
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
    path = path or find(data_dir)
    if path is None:
        raise InputError(
            f"no Fashion-MNIST in {existing_data_folder(data_dir).absolute()}: fetch it with "
            "`python -m dltut data fashion-mnist`, or on Debian `apt install dataset-fashion-mnist`"
        )
    dataset = Dataset(
        *read_splits(path), name="fashion-mnist", classes=CLASSES, preparation="light on dark"
    )
    say(f"data: Fashion-MNIST from {path} ({' / '.join(f'{len(split):,}' for split in dataset)})")
    return dataset


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where Fashion-MNIST lies in the data folder or in Debian's, or None.

    Raises
    ------
    InputError
        If `data_dir` is given but not there.
    """
    folder = existing_data_folder(data_dir)
    # idx files right in a data folder are MNIST's, unless the folder's name says otherwise
    own = [folder] if folder.name == "fashion-mnist" else []
    found = (
        layout_in(each, "fashion-mnist") for each in [folder / "fashion-mnist", *own, DEBIAN_FOLDER]
    )
    return next((path for path in found if path is not None), None)
