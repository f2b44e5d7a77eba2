"""Each layout gives the same splits; each way to be broken gives its message."""

import pickle

import numpy as np
import pytest
import small_mnist as small

from dltut.datasets.layouts import layout_in, read_splits
from dltut.exceptions import InputError


def write(layout, folder):
    """The small data set in one layout; the path to give to read_splits."""
    match layout:
        case "idx":
            return small.write_idx_files(folder, ending="")
        case "idx.gz":
            return small.write_idx_files(folder)
        case "dots":
            return small.write_idx_files(folder, "", lambda file: file.replace("-idx", ".idx"))
        case "npz":
            return small.write_npz(folder)
        case _:
            return small.write_pickle(folder, layout)


@pytest.mark.parametrize("layout", ["idx", "idx.gz", "dots", "npz", "mnist.pkl", "mnist.pkl.gz"])
def test_every_layout_gives_the_same_splits(tmp_path, layout):
    path = write(layout, tmp_path)
    assert layout_in(tmp_path, "mnist") == path
    small.assert_small(read_splits(path))


def test_empty_folder_has_no_layout(tmp_path):
    assert layout_in(tmp_path, "mnist") is None
    assert layout_in(tmp_path / "missing", "mnist") is None


def test_whole_file_before_some_idx_files(tmp_path):
    small.write_idx_files(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    assert layout_in(tmp_path, "mnist") == tmp_path
    assert layout_in(small.write_npz(tmp_path).parent, "mnist") == tmp_path / "mnist.npz"


def test_npz_with_validation_keeps_it(tmp_path):
    (x, y), (x_valid, y_valid), (x_test, y_test) = small.pairs()
    names = dict(x_train=x, y_train=y, x_valid=x_valid, y_valid=y_valid)
    np.savez(tmp_path / "a.npz", **names, x_test=x_test, y_test=y_test)
    small.assert_small(read_splits(tmp_path / "a.npz"))


def test_pickle_of_train_and_test(tmp_path):
    (tmp_path / "two.pkl").write_bytes(pickle.dumps(small.arrays()))
    small.assert_small(read_splits(tmp_path / "two.pkl"))


def pickled(value):
    return lambda path: path.write_bytes(pickle.dumps(value))


def stored(**values):
    def write(path):
        with path.open("wb") as file:
            np.savez(file, **values)

    return write


PAIR = np.zeros((6, 4)), np.zeros(6, int)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (pickled([1, 2, 3]), r"holds no \(train, valid, test\), each a pair \(x, y\)"),
        (pickled(np.zeros(3)), r"holds no \(train, valid, test\)"),
        (pickled((PAIR,)), r"holds no \(train, valid, test\)"),
        (pickled((PAIR, PAIR, (PAIR[0], [0]))), ": 6 examples have 1 labels"),
        (pickled((PAIR, PAIR, (PAIR[0] - np.inf, PAIR[1]))), ": example 0 holds NaN or an inf"),
        (stored(x_train=PAIR[0], y_train=PAIR[1]), "lacks x_test; expected x_train, y_train"),
        (stored(x_train=PAIR[0], x_test=PAIR[0]), "lacks y_train.*; expected x_train, y_train"),
        (stored(a=PAIR[0]), "lacks x_test and x_train; expected x_train"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(50)), r"is cut off or damaged \(.*\)"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(50)), r"is cut off or damaged \("),
        (lambda path: path.write_bytes(bytes([0, 0, 8, 3])), "is one idx file of four: give the f"),
        (lambda path: path.write_bytes(b""), "is not a whole pickle of arrays"),
    ],
)
def test_what_cannot_be_read(tmp_path, write, message):
    path = tmp_path / "broken"
    write(path)
    with pytest.raises(InputError, match=f"broken:? ?{message}") as caught:
        read_splits(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("low", [-1, 200])
def test_pixels_that_are_no_bytes(tmp_path, low):
    x = np.arange(low, low + 100).reshape(25, 4)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([(x, np.zeros(25, int))] * 3))
    with pytest.raises(InputError, match=f"pixels from {low} to {low + 99}; expected 0 to 255"):
        read_splits(tmp_path / "a.pkl")


def test_too_few_to_hold_out_a_sixth(tmp_path):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([(PAIR[0][:5], PAIR[1][:5])] * 2))
    with pytest.raises(InputError, match=r"has 5 training examples and 5 labels; .* at least 6"):
        read_splits(tmp_path / "a.pkl")


def test_missing_idx_file(tmp_path):
    small.write_idx_files(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match=r"lacks t10k-labels-idx1-ubyte\.gz: four idx files make"):
        read_splits(tmp_path)


def test_swapped_idx_files(tmp_path):
    small.write_idx_files(tmp_path)
    images, labels = (
        tmp_path / f"train-{each}.gz" for each in ("images-idx3-ubyte", "labels-idx1-ubyte")
    )
    content = images.read_bytes()
    images.write_bytes(labels.read_bytes())
    labels.write_bytes(content)
    with pytest.raises(InputError, match=r"holds an array of shape \(24,\), expected 3 axes"):
        read_splits(tmp_path)


def test_cut_off_npz(tmp_path):
    path = small.write_npz(tmp_path)
    content = path.read_bytes()
    for length in (5, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"mnist\.npz is cut off or damaged \("):
            read_splits(path)


def test_npz_with_objects_is_not_unpickled(tmp_path):
    stored(x_train=np.array([{}], dtype=object), y_train=[0], x_test=[0], y_test=[0])(
        tmp_path / "a"
    )
    with pytest.raises(
        InputError, match=r"a is cut off or damaged .*Object arrays cannot be loaded"
    ):
        read_splits(tmp_path / "a")
