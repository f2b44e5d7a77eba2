"""Volumes of NIfTI files, in which scanners' pictures come: three axes of numbers."""

import gzip
import struct
import zlib
from math import prod
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.files import ARRAYS, open_unpacked

HEADER = 348  # bytes; the number stands in the first four of them, in the file's byte order
TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
LARGEST = 2**28  # voxels


def read_nifti(path: str | PathLike) -> np.ndarray:
    """The numbers of a volume.

    Parameters
    ----------
    path : path
        ``*.nii``, or ``*.nii.gz``.

    Returns
    -------
    float32 array, shape (x, y, z)
        In the units that the file's slope and intercept say.

    Raises
    ------
    InputError
        If there is no such file, it is damaged or none, or has more than three axes.

    References
    ----------
    .. [1] Cox et al. (2004), A (sort of) new image data format standard: NIfTI-1.
    """
    path = Path(path)
    content = _content(path)
    order = next((o for o in "<>" if content[:4] == struct.pack(f"{o}i", HEADER)), None)
    if order is None or len(content) < HEADER or content[344:347] not in (b"n+1", b"ni1"):
        raise InputError(f"{path} is no NIfTI file (.nii or .nii.gz): convert it")
    n_axes, *sizes = struct.unpack_from(f"{order}8h", content, 40)
    sizes = sizes[: max(0, min(n_axes, 7))]
    if len(sizes) < 3 or min(sizes[:3]) < 1 or any(n != 1 for n in sizes[3:]):
        raise InputError(f"{path} has the axes {sizes}; expected three, of one pixel or more each")
    (kind,) = struct.unpack_from(f"{order}h", content, 70)
    if kind not in TYPES:
        raise InputError(f"{path} holds numbers of the type {kind}, which are not read: convert it")
    start, slope, intercept = struct.unpack_from(f"{order}3f", content, 108)
    dtype, n = np.dtype(f"{order}{TYPES[kind]}"), prod(sizes[:3])
    if not HEADER <= start < 2**31 or n > LARGEST or len(content) < start + n * dtype.itemsize:
        raise InputError(f"{path} is cut off or damaged: {n:,} numbers do not lie in it")
    values = np.frombuffer(content, dtype, n, int(start)).astype(np.float32)
    if slope and np.isfinite([slope, intercept]).all():
        with np.errstate(over="ignore", invalid="ignore"):  # what is too large is found below
            values = values * np.float32(slope) + np.float32(intercept)
    if not np.isfinite(values).all():
        raise InputError(f"{path} holds NaN or infinite numbers: repair it")
    return values.reshape(sizes[:3], order="F")


def _content(path: Path) -> bytes:
    """What is in a file, unpacked, up to the largest volume."""
    try:
        with open_unpacked(path, ARRAYS) as file:
            return file.read(8 * LARGEST)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is cut off or damaged ({error}): fetch it again") from None
