"""NumPy's own files: read as NumPy reads them, and refused where they promise what is not there."""

import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from dltut.datasets.npy import Arrays, read_npy
from dltut.exceptions import InputError
from dltut.machine.files import open_unpacked


def saved(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def with_header(text, version=1, data=b""):
    """An npy file with any header."""
    raw = text.encode()
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(raw)) + raw + data


def header(shape, descr="'<f8'"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n"


def read(path, content):
    path.write_bytes(content)
    with open_unpacked(path) as file:
        return read_npy(file, path)


def packed(content, name="x.npy", method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@given(arrays(np.dtype("<f8"), array_shapes(max_dims=4, max_side=5)))
def test_what_numpy_writes_is_read(tmp_path_factory, array):
    folder = tmp_path_factory.mktemp("a")
    for each in (array, np.asfortranarray(array), array.astype(">f8"), array.astype("<U3")):
        found = read(folder / "a.npy", saved(each))
        np.testing.assert_array_equal(found, each)
        assert found.dtype == each.dtype.newbyteorder("=")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_arrays_of_an_archive(tmp_path, save):
    save(tmp_path / "a.npz", x=np.eye(3), names=np.array(["a", "b"]))
    with open_unpacked(tmp_path / "a.npz") as file:
        found = Arrays(file, "a.npz")
        assert [*found] == ["x", "names"] and "y" not in found and found.get("y") is None
        np.testing.assert_array_equal(found["x"], np.eye(3))
        assert found["names"].tolist() == ["a", "b"]


BAD = {
    "promises more than any memory": with_header(header("(10**3, )".replace("10**3", "9" * 12))),
    "promises more than there is": with_header(header("(50000, 5000)"), data=bytes(800)),
    "a shape below zero": with_header(header("(-3,)")),
    "a huge axis beside one of nothing": with_header(header("(0, 9999999999999999999999)")),
    "more axes than NumPy has": with_header(header("(" + "1, " * 70 + ")"), data=bytes(8)),
    "texts of no length": with_header(header("(999999999999,)", "'<U0'")),
    "objects": with_header(header("(3,)", "'|O'"), data=b"cposix\nsystem\n"),
    "records": with_header(header("(3,)", "[('a', '<f8'), ('b', '|O')]")),
    "dates": with_header(header("(1,)", "'<M8[s]'"), data=bytes(8)),
    "a type that is none": with_header(header("(1,)", "'" + "z" * 900 + "'")),
    "no dictionary": with_header("[" * 5000),
    "a list as a key": with_header("{[]: 1}"),
    "half a line": with_header("{'descr': '<f8', 'shape': (1L"),
    "version 3": with_header(header("(1,)"), 3, bytes(8)),
    "a header of 4 GB": b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_before_there_is_room_for_them(tmp_path, name):
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"a\.npy") as caught:
            read(tmp_path / "a.npy", BAD[name])
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    assert len(str(caught.value)) < 1000 and "\n" not in str(caught.value)
    (tmp_path / "a.npz").write_bytes(packed(BAD[name]))
    with pytest.raises(InputError, match=r"a\.npz"), open_unpacked(tmp_path / "a.npz") as file:
        Arrays(file, tmp_path / "a.npz")["x"]


def changed(content, at, new):
    """An archive with other bytes at a place of its entry in the directory."""
    place = content.index(b"PK\x01\x02") + at
    return content[:place] + new + content[place + len(new) :]


WHOLE = packed(saved(np.eye(3)))
ARCHIVES = {
    "encrypted": changed(WHOLE, 8, b"\x01\x00"),
    "an unknown method": changed(WHOLE, 10, b"\x63\x00"),
    "a method that NumPy does not use": packed(saved(np.eye(3)), method=zipfile.ZIP_LZMA),
    "bzip2": packed(saved(np.eye(3)), method=zipfile.ZIP_BZIP2),
    "of a later version": changed(WHOLE, 6, b"\xff\x00"),
    "longer than it is": changed(WHOLE, 24, b"\xff\xff\xff\x7f"),
    "at another place": changed(WHOLE, 42, b"\xff\xff\xff\x7f"),
    "a bomb": packed(saved(np.zeros(2**23, np.uint8)) + bytes(2**25)),
    "cut off": WHOLE[:-30],
    "no archive": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_bad_archives_are_refused(tmp_path, name):
    path = tmp_path / "a.npz"
    path.write_bytes(ARCHIVES[name])
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=r"a\.npz"), open_unpacked(path) as file:
            Arrays(file, path)["x"]
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()
