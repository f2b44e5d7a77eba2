"""The npy and npz files of NumPy, with room made only for what is in them.

`numpy.load` makes an array of the shape that a file names before it looks how long the file is, and
unpacks an archive however much comes out of it.

References
----------
.. [1] NumPy Enhancement Proposal 1: a simple file format for NumPy arrays.
"""

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from math import prod

import numpy as np
from numpy.lib import format as npy

from dltut.exceptions import InputError, quoted
from dltut.machine.files import ARRAYS, TIMES, Unpacked, damage_told

HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
MOST_AXES = 32


def read_npy(file: Unpacked, name: object = "the file") -> np.ndarray:
    """The array in an npy file.

    Parameters
    ----------
    file : file opened by `dltut.machine.files.open_unpacked`
    name : str or path
        What messages call it.

    Returns
    -------
    ndarray
        Of numbers or texts; its bytes are the file's and cannot be written to.

    Raises
    ------
    InputError
        If it is damaged, or holds something else, such as Python objects.
    """
    with damage_told(name):
        return _array(file, name, None)


class Arrays(Mapping):
    """The arrays of an npz file by their names; each is read when it is asked for.

    Parameters
    ----------
    file : file opened by `dltut.machine.files.open_unpacked`
    name : str or path
        What messages call it.

    Raises
    ------
    InputError
        If it is no such file; for an array, as `read_npy`, or if far more comes out of it than lies
        on the disk.
    """

    def __init__(self, file: Unpacked, name: object = "the file"):
        self.name, self.left = name, ARRAYS + TIMES * file.size
        with damage_told(name):
            self._archive = zipfile.ZipFile(file)
            members = self._archive.infolist()
            self._members = {each.filename.removesuffix(".npy"): each for each in members}
            if any("\0" in each.orig_filename for each in members):
                raise ValueError("a zero byte in the name of an array")
            if len(self._members) < len(members):
                raise ValueError("two arrays have the same name")
            if members and min(each.header_offset for each in members):
                raise ValueError("something stands before its first array")

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, key: str) -> np.ndarray:
        member, place = self._members[key], f"{self.name}, {quoted(key)}"
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                f"{place} is packed in a way that NumPy never does: save it with numpy.savez"
            )
        self.left -= member.file_size
        if self.left < 0:
            raise InputError(
                f"{self.name} holds far more than lies on the disk: if it is to be trusted, save "
                "its arrays with numpy.savez, without compression"
            )
        with damage_told(place), self._archive.open(member) as file:
            values = _array(file, place, member.file_size)
            if file.read(1):  # the checksum is looked at where the file ends
                raise ValueError("something stands behind the array")
            return values


def _array(file, name: object, size: int | None) -> np.ndarray:
    """The array in an npy file of so many bytes; of None, as many as it has."""
    version = npy.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"version {'.'.join(map(str, version))} of the format is not read")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that Python 2 wrote it
        shape, is_fortran, dtype = HEADERS[version](file)
    if dtype.kind not in "biufcSU" or not dtype.itemsize:
        raise InputError(
            f"{name} holds {quoted(dtype)}; expected numbers or texts: save them in an array of "
            "their own"
        )
    if len(shape) > MOST_AXES or not all(0 <= n < 2**62 for n in shape):
        raise ValueError("no array has this shape")
    n = prod(shape) * dtype.itemsize
    if size is not None and n > size:
        raise EOFError(f"{n:,} bytes are promised")
    data = file.read(n)
    if len(data) < n:
        raise EOFError(f"{n:,} bytes are promised, {len(data):,} are there")
    values = np.frombuffer(data, dtype).reshape(shape, order="F" if is_fortran else "C")
    return values.astype(dtype.newbyteorder("="), copy=False)
