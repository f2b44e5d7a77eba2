"""Named arrays in files: what goes in comes out, and any damage is found."""

import os
import pickle

import numpy as np
import pytensor
import pytest
import safetensors.numpy

from dltut.exceptions import InputError, NoFile
from dltut.machine.pickles import load_sequence
from dltut.machine.serialize import (
    named_values,
    read_arrays,
    save_sequence,
    set_named_values,
    write_arrays,
)
from dltut.models import MLP

ARRAYS = {
    "W": np.arange(6.0).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "turned": np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1),
    "sliced": np.arange(10, dtype="float32")[::-2],
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 3), "int8"),
    "big-endian": np.arange(3, dtype=">i4"),
    "flags": np.array([True, False]),
    "ünicode": np.array([7], "uint32"),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.safetensors"


def test_round_trip(path):
    header = {
        "text": "ü",
        "n": np.int64(3),
        "x": np.float32(0.5),
        "list": (1, None),
        "nan": [1e-300],
    }
    write_arrays(path, ARRAYS, header)
    arrays, found = read_arrays(path)
    assert found == {"text": "ü", "n": 3, "x": 0.5, "list": [1, None], "nan": [1e-300]}
    assert set(arrays) == set(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], values)
        assert arrays[name].shape == np.shape(values)
        assert arrays[name].dtype == np.asarray(values).dtype.newbyteorder("=")
        assert arrays[name].flags.writeable


def test_arrays_of_jax(path):
    jax = pytest.importorskip("jax")
    write_arrays(path, {"a": jax.numpy.arange(6.0).reshape(2, 3).T})
    np.testing.assert_array_equal(read_arrays(path)[0]["a"], np.arange(6.0).reshape(2, 3).T)


def test_nothing_and_no_header(path):
    write_arrays(path, {})
    assert read_arrays(path) == ({}, {})


def test_equal_content_equal_file(tmp_path):
    for name in "ab":
        write_arrays(tmp_path / name, ARRAYS, {"n": 1, "m": 2})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_files_of_others(path):
    """Without our header, with or without one of theirs, and what NumPy cannot hold."""
    safetensors.numpy.save_file({"a": np.arange(3)}, path, {"format": "pt"})
    arrays, header = read_arrays(path)
    assert arrays["a"].tolist() == [0, 1, 2] and header == {}


def test_what_a_file_cannot_hold(path):
    for arrays in ({"a": np.array(["text"])}, {"a": np.array([None])}):
        with pytest.raises(InputError, match=rf"^{path} cannot hold these arrays .*: pass numbers"):
            write_arrays(path, arrays)
    with pytest.raises(
        InputError, match=r"^the header cannot be saved \(.*\): it takes numbers, te"
    ):
        write_arrays(path, {}, {"where": path})
    assert not path.exists()


def test_every_truncation_is_found(path):
    write_arrays(path, {"a": np.arange(20.0)}, {"n": 1})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=rf"^{path} is (damaged|not a whole safetensors file)"):
            read_arrays(path)
    path.write_bytes(content + b"more")
    with pytest.raises(InputError, match="is not a whole safetensors file"):
        read_arrays(path)


def test_no_flipped_bit_passes(path):
    """Anywhere: in the arrays, their names and shapes, the header, the checksum."""
    arrays, header = {"W": np.arange(3, dtype="float32"), "b": np.zeros((0, 2))}, {"n_in": 784}
    write_arrays(path, arrays, header)
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            found, facts = read_arrays(path)
        except InputError as error:
            assert str(error).startswith(f"{path} is ") and "\n" not in str(error)
            continue
        # Only a bit that carries nothing may pass: our entry's own name.
        assert facts == header and set(found) == set(arrays)
        assert all(found[name].tobytes() == arrays[name].tobytes() for name in arrays)
        assert all(found[name].shape == arrays[name].shape for name in arrays)


def test_no_file(tmp_path):
    for path, told in (
        (tmp_path / "none", f"there is no file {tmp_path}/none: check the path"),
        (tmp_path, f"{tmp_path} is a folder: name a file in it, such as best.safetensors"),
    ):
        with pytest.raises(NoFile, match=f"^{told}"):
            read_arrays(path)


def test_a_full_disk_keeps_the_old_file(path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    write_arrays(path, {"a": np.arange(3)}, {"classes": ["a", "b"]})
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left on device.*untouched"):
        write_arrays(path, {})
    assert path.read_bytes() == before
    assert read_arrays(path)[1]["classes"] == ["a", "b"]


def test_values_of_another_model(rng):
    """Refused with what differs, and nothing is changed."""
    small, large, deep = (MLP(rng, 3, n, 2) for n in (2, 4, (2, 2)))
    before = named_values(small.params)
    before = {name: values.copy() for name, values in before.items()}
    with pytest.raises(
        InputError, match=r"^the file is of another model: it holds hidden0.W, hidden0"
    ):
        set_named_values(small.params, named_values(deep.params))
    with pytest.raises(
        InputError,
        match=r"^a.ckpt is of another model: hidden0.W has shape \(3, 4\) there and \(3, 2\) here",
    ):
        set_named_values(small.params, named_values(large.params), "a.ckpt")
    for name, values in named_values(small.params).items():
        np.testing.assert_array_equal(values, before[name])


def test_widths_are_converted(rng):
    with pytensor.config.change_flags(floatX="float64"):
        wide = MLP(rng, 3, 2, 2)
    with pytensor.config.change_flags(floatX="float32"):
        narrow = MLP(rng, 3, 2, 2)
    set_named_values(narrow.params, named_values(wide.params))
    for one, other in zip(narrow.params, wide.params, strict=True):
        assert one.get_value().dtype == "float32"
        np.testing.assert_allclose(one.get_value(), other.get_value(), rtol=1e-6)


def test_names_must_differ():
    one, other = (pytensor.shared(np.zeros(2), name="b") for _ in "ab")
    with pytest.raises(InputError, match=r"^two parameters are called 'b': give each layer a name"):
        named_values([one, other])
    with pytest.raises(InputError, match="None"):
        named_values([pytensor.shared(np.zeros(2))])


def test_the_tutorials_pickles(tmp_path):
    """Plain Python reads them one after the other, as the tutorials do, and so does ours."""
    path = tmp_path / "model.save"
    written = [ARRAYS["W"], ARRAYS["fortran"], np.float32(2)]
    save_sequence(path, written)
    with path.open("rb") as file:
        theirs = [pickle.load(file) for _ in written]
        assert file.read() == b""
    for ours, other, wanted in zip(load_sequence(path), theirs, written, strict=True):
        np.testing.assert_array_equal(ours, wanted)
        np.testing.assert_array_equal(other, wanted)
        assert type(other) is np.ndarray
