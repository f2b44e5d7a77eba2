"""NIfTI files: both byte orders, all types, slopes; damage of any kind is one line."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut.datasets.volumes import HEADER, TYPES, read_nifti
from dltut.exceptions import InputError


def nifti(values, order="<", slope=0.0, intercept=0.0, start=352):
    """A volume as a file holds it."""
    kind = next(k for k, name in TYPES.items() if values.dtype.str[1:] == name)
    header = bytearray(start)
    struct.pack_into(f"{order}i", header, 0, HEADER)
    struct.pack_into(f"{order}8h", header, 40, values.ndim, *values.shape, *[1] * (7 - values.ndim))
    struct.pack_into(f"{order}h", header, 70, kind)
    struct.pack_into(f"{order}3f", header, 108, start, slope, intercept)
    header[344:348] = b"n+1\0"
    return bytes(header) + values.astype(values.dtype.newbyteorder(order)).tobytes(order="F")


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("name", sorted(TYPES.values()))
def test_types_and_byte_orders(order, name, tmp_path):
    values = np.arange(24).reshape(2, 3, 4).astype(name)
    (tmp_path / "a.nii").write_bytes(nifti(values, order, 0.5, 1.0))
    found = read_nifti(tmp_path / "a.nii")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, 0.5 * values.astype(float) + 1)


def test_packed_and_with_a_time_axis_of_one(tmp_path):
    values = np.arange(6, dtype=np.uint8).reshape(1, 2, 3, 1)
    with gzip.open(tmp_path / "a.nii.gz", "wb") as file:
        file.write(nifti(values))
    np.testing.assert_array_equal(read_nifti(tmp_path / "a.nii.gz"), values[..., 0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no NIfTI file"),
        (b"hello" * 100, "is no NIfTI file"),
        (nifti(np.zeros((2, 2), np.uint8)), r"has the axes \[2, 2\]; expected three"),
        (nifti(np.zeros((2, 2, 2, 2), np.uint8)), r"has the axes \[2, 2, 2, 2\]; expected three"),
        (nifti(np.zeros((2, 2, 2), np.uint8))[:-1], "is cut off or damaged: 8 numbers do not"),
        (nifti(np.full((1, 1, 1), np.nan, np.float32)), "holds NaN or infinite numbers"),
    ],
)
def test_damage(content, message, tmp_path):
    (tmp_path / "a.nii").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_nifti(tmp_path / "a.nii")
    (tmp_path / "b.nii.gz").write_bytes(content)
    with pytest.raises(InputError):
        read_nifti(tmp_path / "b.nii.gz")
    with pytest.raises(InputError):
        read_nifti(tmp_path / "missing.nii")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 420), byte=st.integers(0, 255), cut=st.integers(0, 500))
def test_any_damaged_byte_is_read_or_refused_in_one_line(at, byte, cut, tmp_path_factory):
    content = bytearray(nifti(np.arange(60, dtype=np.uint8).reshape(3, 4, 5)))
    content[min(at, len(content) - 1)] = byte
    path = tmp_path_factory.getbasetemp() / "any.nii"
    path.write_bytes(bytes(content[: len(content) - cut if cut < 30 else None]))
    try:
        found = read_nifti(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert found.ndim == 3 and np.isfinite(found).all()
