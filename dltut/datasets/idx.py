"""The idx format of the MNIST files: a big-endian header, then the numbers.

References
----------
.. [1] Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits": the format is
   described at the end of its page.
"""

import gzip
import struct
import zlib
from math import prod
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.files import ARRAYS, atomic, open_unpacked

MOST_AXES = 32
_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | PathLike) -> np.ndarray:
    """The array in an idx file, packed with gzip or not (told by content).

    Parameters
    ----------
    path : path

    Returns
    -------
    ndarray
        Of the shape and type that the header names, native byte order.

    Raises
    ------
    InputError
        If the file is missing, cut off, too long, damaged, or not an idx file.
    """
    with open_unpacked(path, ARRAYS) as file:
        try:
            shape, dtype = _header(file, path)
            size = prod(shape) * dtype.itemsize
            data = file.read(size + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(
                f"{path} is cut off or damaged ({error}): delete it and fetch it again"
            ) from None
    if len(data) != size:
        held = f"holds {len(data)}" if len(data) < size else "holds more"
        raise InputError(
            f"{path} promises {' x '.join(map(str, shape))} values, {size} bytes, but {held}: "
            "delete it and fetch it again"
        )
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def write_idx(path: str | PathLike, array: np.ndarray) -> None:
    """Write an array as an idx file, gzip-packed if `path` ends in ``.gz``.

    Raises
    ------
    InputError
        If the format has no code for the array's type, or the file cannot be written.
    """
    array = np.asarray(array)
    big_endian = array.dtype.newbyteorder(">")
    code = {np.dtype(each): code for code, each in _DTYPES.items()}.get(big_endian)
    if code is None or not 1 <= array.ndim <= MOST_AXES:
        raise InputError(
            f"idx files hold 8-bit, int16, int32, float32 or float64 arrays, not {array.dtype} "
            f"of shape {array.shape}: convert it first"
        )
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    content = header + array.astype(big_endian).tobytes()
    with atomic(path) as file:
        # no time stamp: the same array always gives the same file
        file.write(gzip.compress(content, mtime=0) if Path(path).suffix == ".gz" else content)


def _header(file, path) -> tuple[tuple[int, ...], np.dtype]:
    magic = file.read(4)
    if len(magic) < 4:
        raise EOFError(f"{len(magic)} bytes long")
    zeros, code, n_axes = struct.unpack(">HBB", magic)
    if zeros or code not in _DTYPES or not 1 <= n_axes <= MOST_AXES:
        raise InputError(
            f"{path} begins with {magic.hex(' ')}, no idx file: pictures begin with "
            "00 00 08 03, labels with 00 00 08 01"
        )
    sizes = file.read(4 * n_axes)
    if len(sizes) < 4 * n_axes:
        raise EOFError("it ends inside its header")
    shape = struct.unpack(f">{n_axes}I", sizes)
    if 0 in shape and prod(max(n, 1) for n in shape) > 2**48:  # NumPy has no such array
        raise InputError(f"{path} promises axes as no file has them: fetch it again")
    return shape, np.dtype(_DTYPES[code])
