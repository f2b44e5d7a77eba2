"""The files in which data sets come: where they lie, told apart by content, and read."""

import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np

from dltut.datasets.arrays import Parts
from dltut.datasets.base import PARTS
from dltut.datasets.idx import read_idx
from dltut.datasets.kinds import Numbers
from dltut.datasets.npy import Arrays, read_npy
from dltut.datasets.tables import (
    Table,
    decoded,
    inputs_in,
    read_table,
    table_bytes,
    table_parts,
)
from dltut.exceptions import InputError
from dltut.machine.files import damage_told, open_unpacked
from dltut.machine.pickles import load_arrays

IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz")
PICKLE_ENDINGS = (".pkl", ".pickle")
BINARY_ENDINGS = (".npz", ".npy", "-ubyte")

UNPACK = "unpack it, and give the file or folder that comes out"
ARRAYS = "read it in Python and give its arrays to dltut.datasets.from_arrays"
OTHER_FILES = {
    b"\x1f\x8b": ("packed twice with gzip", "unpack it once, with gunzip"),
    b"BZh": ("packed with bzip2", UNPACK),
    b"\xfd7zXZ": ("packed with xz", UNPACK),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", UNPACK),
    b"7z\xbc\xaf": ("a 7-Zip archive", UNPACK),
    b"Rar!": ("a RAR archive", UNPACK),
    b"MATLAB": ("a MATLAB file", f"scipy.io.loadmat reads it; {ARRAYS}"),
    b"\x89HDF": ("an HDF5 file, as of MATLAB 7.3 or Keras", f"h5py reads it; {ARRAYS}"),
    b"PAR1": ("a Parquet file", f"write it as CSV, or {ARRAYS}"),
    b"SQLite": ("an SQLite database", f"write a table as CSV, or {ARRAYS}"),
    b"\xd0\xcf\x11\xe0": ("an old Office file", "save the sheet as CSV"),
    b"%PDF": ("a PDF document", "it holds no data that can be read here"),
    b"\x89PNG": ("one picture", "give the folder of pictures, with a subfolder for each class"),
    b"\xff\xd8\xff": (
        "one picture",
        "give the folder of pictures, with a subfolder for each class",
    ),
    b"<": ("a web page", "fetch the file itself, not the page about it or the page to sign in"),
    b"{": ("JSON", ARRAYS),
}


def read(
    path: str | PathLike,
    target: str | int | Sequence | None = None,
    ignore: Sequence = (),
    header: bool | None = None,
) -> Parts:
    """The arrays of the data set at `path`.

    Parameters
    ----------
    path : path
        A folder with four idx files, packed with gzip or not; a pickle of three (x, y) pairs, or of
        two (train and test); an npz file with x_train, y_train, x_test, y_test and perhaps x_valid,
        y_valid, or with x and y; a folder with npy files of these names; a CSV file or an npy file
        with a table; a folder with train.csv, test.csv and perhaps valid.csv.
    target, ignore : see `dltut.datasets.tables.table_parts`
    header : bool, optional
        Whether the first row of a table has the names; default: if it looks so.

    Raises
    ------
    InputError
        If there is nothing at `path`, or it is damaged, or holds something else.
    """
    path = Path(path)
    if not path.is_dir():
        content = _content(path, header)
    elif has_idx_files(path):
        content = _idx_parts(path)
    else:
        content = _folder_content(path, header)
    if isinstance(content, list):
        return table_parts(content, target, ignore)
    if target is not None or ignore or header is not None:
        raise InputError(f"{path} is no table: target, ignore and header are for tables")
    return content


def read_inputs(path: str | PathLike, inputs: Numbers) -> np.ndarray:
    """The rows of a CSV or npy file as the inputs of a model that was trained on such a table.

    Parameters
    ----------
    path : path
        Columns are found by their names, in any order; others, such as a target, are not looked at.
        Without names there are as many as the model takes.
    inputs : Numbers
        ``data.inputs``, or ``kind_from(facts["inputs"])`` of a model file: they are standardised as
        the training part was.

    Returns
    -------
    float32 array, shape (n, d)

    Raises
    ------
    InputError
        If the file holds no table, lacks a column, or has a text that was not met in training.
    """
    content = _content(Path(path))
    if isinstance(content, Parts):
        raise InputError(f"{path} is no table: give a CSV file, or an npy file of rows")
    return inputs_in(content[0], inputs)


def table_text(path: str | PathLike) -> str:
    """The text of a CSV file, packed with gzip or not.

    Raises
    ------
    InputError
        If there is none, or it holds something else.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder: give a file in it")
    with open_unpacked(path) as file, damage_told(path):
        start = file.read(512)
        file.seek(0)
        if (form := _format(start, file, path)) != "table":
            raise InputError(f"{path} holds arrays ({form}), no text: give a CSV file")
        return decoded(table_bytes(file), path)


def lying_in(folder: Path, name: str) -> Path | None:
    """Where in `folder` the data set `name` is: the folder if in idx files, a file, or None."""
    if has_idx_files(folder):
        return folder
    files = (folder / f"{name}{ending}" for ending in (".pkl.gz", ".pkl", ".npz"))
    # some idx files of four are better than nothing: reading them says which are missing
    some = folder if any(idx_path(folder, each).is_file() for each in IDX_FILES) else None
    return next((file for file in files if file.is_file()), some)


def has_idx_files(folder: Path) -> bool:
    """Whether all four idx files are in a folder."""
    return all(idx_path(folder, name).is_file() for name in IDX_FILES)


def has_tables(folder: Path) -> bool:
    """Whether a folder has a table to train on, or arrays in npy files."""
    return _table_in(folder, "train") is not None or bool(_npy_files(folder))


def idx_path(folder: Path, name: str) -> Path:
    """The idx file `name` in `folder`: packed or not, with a dash or a dot before "idx".

    Kaggle's archive has a folder of the file's name, and the file in it.
    """
    names = [name, name.replace("-idx", ".idx")]
    paths = [folder / f"{each}{ending}" for each in names for ending in ("", ".gz")]
    paths += [folder / each / inner for each in names for inner in names]
    return next((path for path in paths if path.is_file()), folder / f"{name}.gz")


def _content(path: Path, header: bool | None = None) -> Parts | list[Table]:
    """What a file holds, told by its first bytes; it is opened once."""
    readers = {"npz": _npz_parts, "npy": _npy_table, "pickle": _pickle_parts}
    with open_unpacked(path) as file:
        with damage_told(path):
            start = file.read(512)
            file.seek(0)
            form = _format(start, file, path)
            data = table_bytes(file) if form == "table" else b""
        return readers[form](file, path) if form in readers else [read_table(data, path, header)]


def _format(start: bytes, file: IO[bytes], path: Path) -> str:
    """What a file is; an `InputError` if it is nothing that can be read."""
    name = path.name.removesuffix(".gz")
    if not start:
        raise InputError(f"{path} is empty, cut off at its beginning: fetch it again")
    if start.startswith(b"PK\x03\x04"):
        return _format_in_zip(file, path)
    if start.startswith(b"\x93NUMPY"):
        return "npy"
    if start.startswith(b"\x00\x00") and start[2:3] in b"\x08\x09\x0b\x0c\x0d\x0e":
        raise InputError(f"{path} is one idx file of four: give the folder that holds them")
    others = [each for begin, each in OTHER_FILES.items() if start.lstrip().startswith(begin)]
    others += [("a tar archive", UNPACK)] * (start[257:262] == b"ustar")
    if others:
        what, advice = others[0]
        raise InputError(f"{path} is {what}: {advice}")
    if name.endswith(PICKLE_ENDINGS) or start.startswith(b"\x80"):
        return "pickle"
    has_mark = start.startswith((b"\xff\xfe", b"\xfe\xff"))  # of UTF-16
    if name.endswith(BINARY_ENDINGS) or (b"\x00" in start and not has_mark):
        raise InputError(
            f"{path} begins with {start[:4].hex(' ')}, as no file of data does; it may be cut off "
            "or damaged: fetch it again"
        )
    return "table"


def _format_in_zip(file: IO[bytes], path: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    file.seek(0)
    if any(name.endswith(".npy") for name in names):
        return "npz"
    if "[Content_Types].xml" in names:
        raise InputError(f"{path} is an Office file, a sheet perhaps: save the sheet as CSV")
    raise InputError(f"{path} is a zip archive of {', '.join(names[:3]) or 'nothing'}: {UNPACK}")


def _npy_table(file: IO[bytes], path: Path) -> list[Table]:
    values = read_npy(file, path)
    if values.ndim != 2 or values.shape[1] < 2 or values.dtype.kind not in "biuf":
        raise InputError(
            f"{path} holds {values.dtype} values of shape {values.shape}; expected a table, "
            "(n, d), the last column the target; or name it x.npy, with y.npy in the same folder"
        )
    names = list(map(str, range(values.shape[1])))
    return [Table(path, names, list(values.astype(float).T), has_header=False)]


def _npz_parts(file: IO[bytes], path: Path) -> Parts:
    return _named_parts(Arrays(file, path), path)


def _pickle_parts(file: IO[bytes], path: Path) -> Parts:
    with damage_told(path):
        pairs = load_arrays(file)
        is_more = file.read(1)
    if is_more:
        raise InputError(f"{path} holds several pickles, expected one of (train, valid, test)")
    if (
        not isinstance(pairs, tuple | list)
        or len(pairs) not in (2, 3)
        or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs)
    ):
        raise InputError(f"{path} holds no (train, valid, test), each a pair (x, y)")
    return Parts(list(pairs))


def _named_parts(arrays: Mapping, place: Path) -> Parts:
    """Arrays that are named x_train, y_train, ... or x, y."""
    parts = [part for part in PARTS if f"x_{part}" in arrays]
    if not parts and "x" in arrays:
        return Parts([(arrays["x"], arrays.get("y"))], draws=True)
    needed = [f"x_{part}" for part in ("train", "test")]
    if any(f"y_{part}" in arrays for part in PARTS):
        needed += [f"y_{part}" for part in parts]
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise InputError(
            f"{place} lacks {' and '.join(missing)}; expected x_train, y_train, x_test, y_test, or "
            f"x and y; it has {', '.join(list(arrays)[:5]) or 'nothing'}"
        )
    return Parts([(arrays[f"x_{each}"], arrays.get(f"y_{each}")) for each in parts])


def _idx_parts(folder: Path) -> Parts:
    paths = [idx_path(folder, name) for name in IDX_FILES]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise InputError(f"{folder} lacks {', '.join(missing)}: four idx files make the data set")
    arrays = [read_idx(path) for path in paths]
    for path, array, n_axes in zip(paths, arrays, (3, 1, 3, 1), strict=True):
        if array.ndim != n_axes:
            raise InputError(
                f"{path} holds an array of shape {array.shape}, expected {n_axes} axes"
            )
    return Parts([tuple(arrays[:2]), tuple(arrays[2:])])


def _folder_content(folder: Path, header: bool | None) -> Parts | list[Table]:
    """What the tables or the npy files in a folder hold."""
    files = _npy_files(folder)
    if files:
        arrays = {}
        for name, path in files.items():
            with open_unpacked(path) as file:
                arrays[name] = read_npy(file, path)
        return _named_parts(arrays, folder)
    paths = {part: _table_in(folder, part) for part in PARTS}
    if paths["train"] is None:
        return _idx_parts(folder)  # an error that names those that are missing
    if paths["test"] is None:
        raise InputError(
            f"{folder} has {paths['train'].name} but no test: add it, or give {paths['train']}"
        )
    return [table for path in paths.values() if path for table in _content(path, header)]


def _table_in(folder: Path, part: str) -> Path | None:
    paths = (folder / f"{part}{ending}" for ending in TABLE_ENDINGS)
    return next((path for path in paths if path.is_file()), None)


def _npy_files(folder: Path) -> dict[str, Path]:
    """{name in small letters: path} of the npy files whose names say what they are."""
    wanted = {f"{name}{part}" for name in "xy" for part in ("", "_train", "_valid", "_test")}
    paths = sorted(folder.glob("*.npy"))
    return {path.stem.lower(): path for path in paths if path.stem.lower() in wanted}
