"""idx files: lossless, equal to a hand-made file, and every damage is named."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dltut.datasets import read_idx, write_idx
from dltut.exceptions import InputError

HAND_MADE = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])


@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz", "packed-without-saying-so"])
def test_hand_made_file(tmp_path, name):
    path = tmp_path / name
    packed = name != "a.idx"
    path.write_bytes(gzip.compress(HAND_MADE) if packed else HAND_MADE)
    np.testing.assert_array_equal(read_idx(path), [[1, 2, 3], [4, 5, 255]])


def test_written_bytes_are_the_hand_made_ones(tmp_path):
    values = np.array([[1, 2, 3], [4, 5, 255]], dtype=np.uint8)
    write_idx(tmp_path / "a.idx", values)
    assert (tmp_path / "a.idx").read_bytes() == HAND_MADE
    write_idx(tmp_path / "a.idx.gz", values)
    assert gzip.decompress((tmp_path / "a.idx.gz").read_bytes()) == HAND_MADE


@given(
    values=st.sampled_from(["u1", "i1", "<i2", ">i4", "f4", ">f8"]).flatmap(
        lambda kind: arrays.arrays(kind, arrays.array_shapes(max_dims=4, min_side=0))
    ),
    ending=st.sampled_from(["", ".gz"]),
)
def test_write_then_read_is_lossless(tmp_path_factory, values, ending):
    path = tmp_path_factory.mktemp("idx") / f"a{ending}"
    write_idx(path, values)
    back = read_idx(path)
    np.testing.assert_array_equal(back, values)
    assert back.dtype == values.dtype.newbyteorder("=")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is cut off or damaged \(0 bytes long\)"),
        (HAND_MADE[:3], r"is cut off or damaged \(3 bytes long\)"),
        (HAND_MADE[:9], r"is cut off or damaged \(it ends inside its header\)"),
        (HAND_MADE[:-1], "promises 2 x 3 values, 6 bytes, but holds 5: delete it and fetch"),
        (HAND_MADE + b"1", "promises 2 x 3 values, 6 bytes, but holds more: delete it and fetch"),
        (
            struct.pack(">HBB4I", 0, 8, 4, *[2**32 - 1] * 4),
            r"promises 4294967295 x .* bytes, but holds 0",
        ),
        (gzip.compress(HAND_MADE)[:-9], r"is cut off or damaged \(.*\): delete it and fetch"),
        (gzip.compress(HAND_MADE)[:12] + bytes(20), r"is cut off or damaged \(.*\): delete it"),
        (b"\x1f\x8b", r"is cut off or damaged \(.*\): delete it and fetch"),
        (
            b"PK\x03\x04....",
            "begins with 50 4b 03 04, no idx file: pictures begin with 00 00 08 03",
        ),
        (b"\0\0\x0a\x01\0\0\0\0", "begins with 00 00 0a 01, no idx file"),
        (b"\0\0\x08\0", "begins with 00 00 08 00, no idx file"),
        (b"<!doctype html>", "begins with 3c 21 64 6f, no idx file"),
    ],
)
def test_damage_is_named(tmp_path, content, message):
    path = tmp_path / "broken.idx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"broken\.idx {message}") as caught:
        read_idx(path)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.idx cannot be read \(no such file or directory\)"):
        read_idx(tmp_path / "none.idx")


@pytest.mark.parametrize("values", [np.zeros(3, "i8"), np.zeros((), "u1"), np.array(["a"])])
def test_what_the_format_cannot_hold(tmp_path, values):
    with pytest.raises(InputError, match=f"idx files hold 8-bit, .*, not {values.dtype}"):
        write_idx(tmp_path / "a.idx", values)
    assert not list(tmp_path.iterdir())
