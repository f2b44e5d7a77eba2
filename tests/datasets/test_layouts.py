"""Each layout gives the same splits; each way to be broken or something else gives its line."""

import gzip
import io
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
import small_mnist as small
from scipy.io import savemat

from dltut.datasets import load, write_idx
from dltut.datasets.layouts import IDX_FILES, lying_in, read
from dltut.exceptions import InputError


def assert_small(path):
    """What is read at `path` is the small data set, before it is divided."""
    (x, y), (x_test, y_test) = small.arrays()
    parts = read(path).pairs
    expected = [(x, y), (x_test, y_test)] if len(parts) == 2 else small.pairs()
    for pair, (x, y) in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(np.reshape(pair[0], (len(x), -1)), x.reshape(len(x), -1))
        np.testing.assert_array_equal(pair[1], y)


def write(layout, folder):
    """The small data set in one layout; the path to give to read."""
    match layout:
        case "idx":
            return small.write_idx_files(folder, ending="")
        case "idx.gz":
            return small.write_idx_files(folder)
        case "dots":
            return small.write_idx_files(folder, "", lambda file: file.replace("-idx", ".idx"))
        case "kaggle":  # a folder with the name of the file beside the file, and it in it
            for name, array in zip(IDX_FILES, sum(small.arrays(), ()), strict=True):
                write_idx(folder / name / name.replace("-idx", ".idx"), array)
            return folder
        case "npz":
            return small.write_npz(folder)
        case _:
            return small.write_pickle(folder, layout)


LAYOUTS = ["idx", "idx.gz", "dots", "kaggle", "npz", "mnist.pkl", "mnist.pkl.gz"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_splits(tmp_path, layout):
    path = write(layout, tmp_path)
    assert lying_in(tmp_path, "mnist") == path
    assert_small(path)


def test_empty_folder_has_no_layout(tmp_path):
    assert lying_in(tmp_path, "mnist") is None
    assert lying_in(tmp_path / "missing", "mnist") is None


def test_whole_file_before_some_idx_files(tmp_path):
    small.write_idx_files(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    assert lying_in(tmp_path, "mnist") == tmp_path
    assert lying_in(small.write_npz(tmp_path).parent, "mnist") == tmp_path / "mnist.npz"


def test_arrays_by_name(tmp_path):
    (x, y), _, (x_test, y_test) = small.pairs()
    arrays = dict(x_train=x, y_train=y, x_valid=x, y_valid=y, x_test=x_test, y_test=y_test)
    np.savez(tmp_path / "a.npz", **arrays, missing_rows=[1])
    (tmp_path / "npy").mkdir()
    for name, array in arrays.items():
        np.save(tmp_path / "npy" / f"{name.upper()}.npy", array)
    for path in (tmp_path / "a.npz", tmp_path / "npy"):
        for (x_read, y_read), part in zip(
            read(path).pairs, ("train", "valid", "test"), strict=True
        ):
            np.testing.assert_array_equal(x_read, arrays[f"x_{part}"])
            np.testing.assert_array_equal(y_read, arrays[f"y_{part}"])
    np.savez(tmp_path / "x.npz", x=x, y=y)
    assert len(read(tmp_path / "x.npz").pairs) == 1
    np.savez(tmp_path / "no_y.npz", x_train=x, x_test=x)
    assert [y for _, y in read(tmp_path / "no_y.npz").pairs] == [None, None]


def test_pickle_of_train_and_test(tmp_path):
    (tmp_path / "two.pkl").write_bytes(pickle.dumps(small.arrays()))
    assert_small(tmp_path / "two.pkl")


def test_a_file_is_opened_once(tmp_path, monkeypatch):
    opened, path = [], small.write_npz(tmp_path)
    real = type(path).open
    monkeypatch.setattr(type(path), "open", lambda self, *a: opened.append(self) or real(self, *a))
    read(path)
    assert opened == [path]


def pickled(value):
    return pickle.dumps(value)


def stored(**values):
    file = io.BytesIO()
    np.savez(file, **values)
    return file.getvalue()


def saved(array, pickles=False):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickles)
    return file.getvalue()


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return file.getvalue()


def matlab():
    file = io.BytesIO()
    savemat(file, {"x": np.eye(3)})
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


PAIR = np.zeros((6, 4)), np.zeros(6, int)
HUGE = saved(np.zeros(3)).replace(b"(3,), }" + b" " * 14, b"(99999999999999,), }" + b" ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickled([1, 2, 3]), r"holds no \(train, valid, test\), each a pair \(x, y\)"),
        (pickled(np.zeros(3)), r"holds no \(train, valid, test\)"),
        (pickled((PAIR,)), r"holds no \(train, valid, test\)"),
        (pickled((PAIR, PAIR)) * 2, "holds several pickles, expected one of"),
        (stored(x_train=PAIR[0], y_train=PAIR[1]), "lacks x_test; expected x_train, y_train, x_t"),
        (stored(x_train=PAIR[0], x_test=PAIR[0], y_test=PAIR[1]), "lacks y_train; expected"),
        (stored(a=PAIR[0]), "lacks x_train and x_test; expected .*, or x and y; it has a"),
        (stored(x=np.array([{}])), "'x' holds 'object'; expected numbers or texts"),
        (saved(np.array([{}]), pickles=True), "holds 'object'; expected numbers or texts"),
        (saved(np.eye(3)[0]), r"holds float64 values of shape \(3,\); expected a table, \(n, d\)"),
        (HUGE, r"is cut off or damaged \(.*\): fetch it again"),
        (b"PK\x03\x04" + bytes(50), r"is cut off or damaged \(.*\): fetch it again"),
        (b"\x1f\x8b\x08" + bytes(50), r"is cut off or damaged \(.*\): fetch it again"),
        (b"\x93NUMPY" + bytes(50), r"is cut off or damaged \(.*\): fetch it again"),
        (bytes([0, 0, 8, 3]), "is one idx file of four: give the folder that holds them"),
        (b"", "is empty, cut off at its beginning: fetch it again"),
        (
            b"\x07\x00\x01\x02",
            "begins with 07 00 01 02, as no file of data does; it may be cut off",
        ),
        (
            gzip.compress(gzip.compress(b"a")),
            "is packed twice with gzip: unpack it once, with gunz",
        ),
        (tarred(), "is a tar archive: unpack it, and give the file or folder that comes out"),
        (gzip.compress(tarred()), "is a tar archive: unpack it"),
        (zipped("mnist/train.csv"), "is a zip archive of mnist/train.csv: unpack it"),
        (zipped("[Content_Types].xml", "xl/a"), "is an Office file, a sheet perhaps: save the she"),
        (matlab(), "is a MATLAB file: scipy.io.loadmat reads it; .* dltut.datasets.from_arrays"),
        (b"\x89HDF\r\n", "is an HDF5 file, as of MATLAB 7.3 or Keras: h5py reads it"),
        (b"PAR1" + bytes(9), "is a Parquet file: write it as CSV, or read it in Python"),
        (b"\n <!DOCTYPE html>\n", "is a web page: fetch the file itself, not the page about it"),
        (b'{"x": [1]}', "is JSON: read it in Python"),
        (b"\x89PNG\r\n", "is one picture: give the folder of pictures, with a subfolder for each"),
    ],
)
@pytest.mark.parametrize("name", ["own", "own.pkl.gz"])
def test_what_cannot_be_read(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    if name == "own" or b"\x00" not in content[:4]:
        with pytest.raises(InputError, match=f"own[^:]* {message}") as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            (PAIR, PAIR, (PAIR[0], [0])),
            r"6 test examples have a y of shape \(1,\), expected \(6,\)",
        ),
        ((PAIR, PAIR, (PAIR[0] - np.inf, PAIR[1])), "x: example 0 holds NaN or an infinite value"),
        ((([[1, 2], [3]], [0, 1]),) * 3, "x is no one array: its rows differ in length"),
        (((PAIR[0], [[0], [0, 1]]),) * 3, "y is no one array: its rows differ in length"),
        ((PAIR, (PAIR[0], None), PAIR), "some parts have a y and others have none"),
        ((PAIR, PAIR, (PAIR[0], [7] * 6)), "test has the class 7, of which train has no example"),
        ((PAIR, PAIR, (np.zeros((6, 9)), PAIR[1])), "a test example has 9 values, expected 4"),
    ],
)
def test_pairs_that_do_not_fit(tmp_path, parts, message):
    (tmp_path / "own.pkl").write_bytes(pickle.dumps(parts))
    with pytest.raises(InputError, match=rf"own\.pkl: {message}"):
        load(tmp_path / "own.pkl")


def test_too_few_to_hold_out_a_sixth(tmp_path):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([(PAIR[0][:5], [0, 1, 0, 1, 0])] * 2))
    with pytest.raises(
        InputError, match="5 examples are too few to hold one in 6 out: expected at least 6"
    ):
        load(tmp_path / "a.pkl")


def test_missing_idx_file(tmp_path):
    small.write_idx_files(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match=r"lacks t10k-labels-idx1-ubyte\.gz: four idx files make"):
        load(tmp_path)


def test_swapped_idx_files(tmp_path):
    small.write_idx_files(tmp_path)
    images, labels = (
        tmp_path / f"train-{each}.gz" for each in ("images-idx3-ubyte", "labels-idx1-ubyte")
    )
    content = images.read_bytes()
    images.write_bytes(labels.read_bytes())
    labels.write_bytes(content)
    with pytest.raises(InputError, match=r"holds an array of shape \(24,\), expected 3 axes"):
        read(tmp_path)


def test_cut_off_npz(tmp_path):
    path = small.write_npz(tmp_path)
    content = path.read_bytes()
    for length in (2, 5, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"mnist\.npz (is|begins .*) cut off or damaged"):
            read(path)


def test_target_and_ignore_name_columns_of_tables(tmp_path):
    with pytest.raises(InputError, match="is no table: target, ignore and header are for tables"):
        read(small.write_npz(tmp_path), target="y")


def packed_table(path, rows: list[str]) -> None:
    path.write_bytes(gzip.compress("".join(rows).encode()))


def test_a_table_of_0_and_1_is_read_however_well_it_is_packed(tmp_path):
    rows = [",".join("1" if k % 40 == j else "0" for j in range(40)) for k in range(20_000)]
    kinds = [f"{row},{'cat' if k % 3 else 'dog'}\n" for k, row in enumerate(rows)]
    packed_table(tmp_path / "a.csv.gz", kinds)
    size = sum(map(len, kinds))
    assert size > 2**20 + 13 * (tmp_path / "a.csv.gz").stat().st_size
    data = load(tmp_path / "a.csv.gz")
    assert sum(map(len, (data.train.x, data.valid.x, data.test.x))) == 20_000


@pytest.mark.parametrize("row", ["0,a,b,c\n", "0," * 999 + "0\n"], ids=["texts", "endless"])
def test_other_tables_come_out_of_packed_files_no_further_than_usual(tmp_path, row):
    n_bytes = 2 * 2**20 if "a" in row else 40 * 2**20
    packed_table(tmp_path / "a.csv.gz", [row] * (n_bytes // len(row)))
    with pytest.raises(InputError, match="packed into far fewer"):
        load(tmp_path / "a.csv.gz")
