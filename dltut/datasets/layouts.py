"""The files in which three splits of pictures come: idx, pickle, npz; told apart by content."""

import zipfile
import zlib
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import Split
from dltut.datasets.idx import read_idx
from dltut.exceptions import InputError
from dltut.machine.files import open_unpacked
from dltut.machine.pickles import load_arrays

IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def layout_in(folder: Path, name: str) -> Path | None:
    """Where in `folder` the data set `name` is: the folder if in idx files, a file, or None."""
    n_idx = sum(idx_path(folder, file).exists() for file in IDX_FILES)
    if n_idx == len(IDX_FILES):
        return folder
    files = (folder / f"{name}{ending}" for ending in (".pkl.gz", ".pkl", ".npz"))
    # some idx files of four are better than nothing: reading them says which are missing
    return next((file for file in files if file.is_file()), folder if n_idx else None)


def read_splits(path: str | PathLike) -> tuple[Split, Split, Split]:
    """The train, validation and test splits at `path`.

    Parameters
    ----------
    path : path
        A folder with the four idx files, gzip-packed or not; a pickle of three (x, y) pairs, or of
        two (train and test); an npz file with x_train, y_train, x_test, y_test and perhaps
        x_valid, y_valid.

    Notes
    -----
    Where no validation split is given, it is the last sixth of the training examples: the last
    10,000 of MNIST's 60,000. Whole numbers from 0 to 255 are divided by 256, as the tutorials'
    ``mnist.pkl.gz`` was, so that the largest pixel is 0.99609375; fractions stay as they are.

    Raises
    ------
    InputError
        If there is nothing at `path`, or it is damaged, or holds something else.
    """
    path = Path(path)
    pairs = _idx_pairs(path) if path.is_dir() else _file_pairs(path)
    if len(pairs) == 2:
        pairs = _with_validation(*pairs, path)
    try:
        return tuple(Split(_pixels(x), y) for x, y in pairs)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _file_pairs(path: Path) -> list:
    with open_unpacked(path) as file:
        start = _start(file, path)
    if start == b"PK\x03\x04":
        return _npz_pairs(path)
    if start[:3] == b"\x00\x00\x08":
        raise InputError(f"{path} is one idx file of four: give the folder that holds them")
    return _pickle_pairs(path)


def _start(file, path: Path) -> bytes:
    try:
        return file.read(4)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(f"{path} is cut off or damaged ({error}): fetch it again") from None


def idx_path(folder: Path, name: str) -> Path:
    """The idx file `name` in `folder`: packed or not, with a dash or a dot before "idx"."""
    names = [name, name.replace("-idx", ".idx")]
    paths = [folder / f"{each}{ending}" for each in names for ending in ("", ".gz")]
    return next((path for path in paths if path.exists()), folder / f"{name}.gz")


def _idx_pairs(folder: Path) -> list:
    paths = [idx_path(folder, name) for name in IDX_FILES]
    missing = [path.name for path in paths if not path.exists()]
    if missing:
        raise InputError(f"{folder} lacks {', '.join(missing)}: four idx files make the data set")
    arrays = [read_idx(path) for path in paths]
    for path, array, n_axes in zip(paths, arrays, (3, 1, 3, 1), strict=True):
        if array.ndim != n_axes:
            raise InputError(
                f"{path} holds an array of shape {array.shape}, expected {n_axes} axes"
            )
    return [tuple(arrays[:2]), tuple(arrays[2:])]


def _pickle_pairs(path: Path) -> list:
    pairs = load_arrays(path)
    if (
        not isinstance(pairs, tuple | list)
        or len(pairs) not in (2, 3)
        or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs)
    ):
        raise InputError(f"{path} holds no (train, valid, test), each a pair (x, y)")
    return list(pairs)


def _npz_pairs(path: Path) -> list:
    try:
        # opened here, because np.load leaves a damaged file open
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            names = [part for part in ("train", "valid", "test") if f"x_{part}" in file]
            return _complete([(file[f"x_{part}"], file[f"y_{part}"]) for part in names], names)
    except KeyError as error:
        raise InputError(f"{path} lacks {error.args[0]}; expected x_train, y_train, ...") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is cut off or damaged ({error}): fetch it again") from None


def _complete(pairs: list, names: list[str]) -> list:
    absent = {"train", "test"} - set(names)
    if absent:
        raise KeyError(" and ".join(f"x_{part}" for part in sorted(absent)))
    return pairs


def _with_validation(train: tuple, test: tuple, path: Path) -> list:
    x, y = (np.asarray(each) for each in train)
    n_valid = len(x) // 6
    if n_valid == 0 or len(x) != len(y):
        raise InputError(
            f"{path} has {len(x)} training examples and {len(y)} labels; expected one label an "
            "example and at least 6 of them, the last sixth being for validation"
        )
    return [(x[:-n_valid], y[:-n_valid]), (x[-n_valid:], y[-n_valid:]), test]


def _pixels(x) -> np.ndarray:
    x = np.asarray(x)
    if x.dtype.kind not in "iu":
        return x
    if x.size and not (x.min() >= 0 and x.max() <= 255):
        raise InputError(f"pixels from {x.min()} to {x.max()}; expected 0 to 255")
    return np.divide(x, 256, dtype=np.float32)
