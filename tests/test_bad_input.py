"""Bad input through the doors that people use: one line that names the file, and nothing changed.

The parts have tests of their own; here whole files are damaged, as disks and downloads do it.
"""

import pickle
import resource
from contextlib import contextmanager

import numpy as np
import pytest
import small_mnist as small

from dltut.datasets import load
from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays, write_arrays
from dltut.models import LogisticRegression, load_model, save_model

LAYOUTS = {
    "idx": lambda folder: small.write_idx_files(folder, ending="") / "train-images-idx3-ubyte",
    "idx.gz": lambda folder: small.write_idx_files(folder) / "t10k-labels-idx1-ubyte.gz",
    "pickle": lambda folder: small.write_pickle(folder, "mnist.pkl"),
    "pickle.gz": lambda folder: small.write_pickle(folder, "mnist.pkl.gz"),
    "npz": small.write_npz,
}


def refused(path, door=load):
    """The message with which a door refuses a file."""
    with pytest.raises(InputError) as caught:
        door(path)
    error = caught.value
    assert "\n" not in str(error) and (error.__suppress_context__ or error.__context__ is None)
    return str(error)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_truncated_data_file_is_named(tmp_path, layout):
    path = LAYOUTS[layout](tmp_path)
    whole = path.read_bytes()
    small.assert_small(load(tmp_path if "idx" in layout else path))
    for length in [0, 1, 2, 10, 100, *range(200, len(whole), len(whole) // 7), len(whole) - 1]:
        path.write_bytes(whole[: min(length, len(whole) - 1)])
        message = refused(tmp_path if "idx" in layout else path)
        assert path.name in message, length
        assert any(word in message for word in ("cut off", "damaged", "whole", "promises")), message


@pytest.mark.parametrize("layout", ["idx.gz", "pickle.gz", "npz"])
def test_a_corrupt_packed_file_is_named(tmp_path, layout):
    path = LAYOUTS[layout](tmp_path)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 4] = bytes(255 - byte for byte in whole[middle : middle + 4])
    path.write_bytes(whole)
    assert path.name in refused(tmp_path if "idx" in layout else path)


def test_a_truncated_or_corrupt_model_is_named(tmp_path):
    path = tmp_path / "best.safetensors"
    save_model(path, LogisticRegression(20, 3))
    whole = path.read_bytes()
    for length in [0, 1, 7, 8, 9, *range(50, len(whole), 50), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert "best.safetensors is not a whole safetensors file" in refused(path, load_model)
    path.write_bytes(whole[:-1] + b"\x01")
    assert "best.safetensors is damaged: its checksum does not" in refused(path, load_model)
    path.write_bytes(pickle.dumps([1]))
    assert "is not a whole safetensors file" in refused(path, load_model)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arguments": {"n_in": 20, "n_out": 4}}, "of another model: W has shape (20, 3) there"),
        ({"arguments": {"n_in": 20}}, "does not fit this version's LogisticRegression"),
        ({"model": "MLP", "arguments": {"n_in": 2, "n_hidden": 2, "n_out": 2}}, "of another model"),
        ({"model": "LogisticRegresion"}, "did you mean LogisticRegression?"),
        ({"model": "os.system"}, "names the model 'os.system', which cannot be built"),
    ],
)
def test_a_model_file_that_fits_no_model_is_named(tmp_path, changes, message):
    path = tmp_path / "best.safetensors"
    save_model(path, LogisticRegression(20, 3))
    arrays, header = read_arrays(path)
    write_arrays(path, arrays, header | changes)
    text = refused(path, load_model)
    assert message in text and str(path) in text


def with_example(value):
    x, y = np.zeros((6, 4)), np.zeros(6, int)
    x[2, 1] = value
    return x, y


RIGHT = with_example(0.5)


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ((RIGHT, with_example(np.nan), RIGHT), "example 2 holds NaN or an infinite value"),
        ((with_example(np.inf), RIGHT, RIGHT), "example 2 holds NaN or an infinite value"),
        (
            (RIGHT, RIGHT, (RIGHT[0], RIGHT[1] - 1)),
            "test has the class -1, of which train has no example",
        ),
        (
            (RIGHT, RIGHT, (RIGHT[0], RIGHT[1][:5])),
            "6 test examples have a y of shape (5,), expected (6,)",
        ),
        ((RIGHT, RIGHT, (np.zeros((6, 9)), RIGHT[1])), "a test example has 9 values, expected 4"),
        ((RIGHT, RIGHT, (np.zeros((6, 0)), RIGHT[1])), "x has shape (6, 0); expected one row"),
        ((RIGHT, RIGHT, (RIGHT[0], np.eye(6))), "have a y of shape (6, 6), expected (6,)"),
    ],
)
def test_wrong_values_and_shapes_are_named(tmp_path, splits, message):
    path = tmp_path / "mine.pkl"
    path.write_bytes(pickle.dumps(splits))
    text = refused(path)
    assert message in text and "mine.pkl" in text


@contextmanager
def disk_of(n_bytes):
    """No file can become longer: writing fails in the kernel, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_model(tmp_path):
    path = tmp_path / "best.safetensors"
    save_model(path, LogisticRegression(20, 3))
    before = path.read_bytes()
    larger = LogisticRegression(2000, 30)
    with disk_of(100_000), pytest.raises(InputError) as caught:
        save_model(path, larger)
    assert "best.safetensors could not be written (File too large)" in str(caught.value)
    assert "untouched: free some space or choose another folder" in str(caught.value)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert load_model(path).arguments == {"n_in": 20, "n_out": 3, "name": ""}
