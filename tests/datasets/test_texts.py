"""Texts of a list, a table or folders become three parts of padded rows, or an error."""

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dltut.datasets import from_texts, load
from dltut.datasets.texts import read_text
from dltut.exceptions import InputError

GOOD, BAD = "a good film , really good {} !", "the film is bad {} ."


def texts(n):
    return [(GOOD if i % 2 else BAD).format("and " * (i % 7) + f"number{i}") for i in range(n)]


def labels(n):
    return ["for" if i % 2 else "against" for i in range(n)]


def as_texts(split, inputs):
    return [" ".join(inputs.vocabulary.words(row[row > 0])) for row in split.words]


def test_the_parts_of_a_list():
    data = from_texts(texts(60), labels(60), n_words=100)
    assert [len(split) for split in data] == [36, 12, 12] and data.classes == ("against", "for")
    for split in data:
        lengths = (split.words > 0).sum(axis=1)
        assert (np.diff(lengths) >= 0).all() and split.words.shape[1] == lengths[-1]
        for text, label in zip(as_texts(split, data.inputs), split.y, strict=True):
            assert ("good" in text.split()) == bool(label)
    found = {text for split in data for text in as_texts(split, data.inputs)}
    known = {word for text in as_texts(data.train, data.inputs) for word in text.split()}
    plain = {" ".join(w if w in known else "<unknown>" for w in t.split()) for t in texts(60)}
    assert found == plain  # nothing is lost, and only words of train are known


def test_long_texts_are_cut_or_left_out(capsys):
    cut = from_texts(texts(60), labels(60), longest=6)
    assert cut.train.words.shape == (36, 6) and cut.inputs.longest == 6
    dropped = from_texts(texts(60), labels(60), longest=9, longer="drop")
    assert dropped.train.words.shape[1] < 9 <= dropped.test.words.shape[1]
    assert len(dropped.train) < 36 and len(dropped.test) == 12 and dropped.inputs.longest is None
    assert "train texts of 9 words or more left out" in capsys.readouterr().err
    with pytest.raises(InputError, match="no train text is shorter than 3 words, the shortest has"):
        from_texts(texts(60), labels(60), longest=3, longer="drop")


def test_other_targets_and_none():
    assert from_texts(texts(40)).targets is None
    scores = from_texts(texts(40), np.linspace(0, 1, 40))
    assert scores.train.y.dtype == np.float32 and str(scores.targets).endswith("standardised")
    with pytest.raises(InputError, match="40 given examples have a y of shape"):
        from_texts(texts(40), labels(39))
    with pytest.raises(InputError, match="longer is 'crop': did you mean drop"):
        from_texts(texts(40), labels(40), longer="crop")
    with pytest.raises(InputError, match="longest is 0; it counts words"):
        from_texts(texts(40), labels(40), longest=0)
    for n_words in (0, 2, -1):
        with pytest.raises(InputError, match=f"n_words is {n_words}; expected at least 3"):
            from_texts(texts(40), labels(40), n_words=n_words)
    with pytest.raises(InputError, match="no train text has a word"):
        from_texts([" "] * 40, labels(40))


def write(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.mark.parametrize(("name", "delimiter"), [("reviews.csv", ","), ("reviews.tsv", "\t")])
def test_a_table_with_a_column_of_texts(tmp_path, capsys, name, delimiter):
    rows = [("review", "opinion"), *zip(texts(60), labels(60), strict=True)]
    data = load(write(tmp_path / name, rows, delimiter), n_words=30)
    assert len(data.inputs.vocabulary) == 30 and data.classes == ("against", "for")
    expected = from_texts(texts(60), labels(60), n_words=30)
    for split, other in zip(data, expected, strict=True):
        np.testing.assert_array_equal(split.words, other.words)
        np.testing.assert_array_equal(split.y, other.y)
    assert "target: 2 classes (against, for)" in capsys.readouterr().err


def test_a_text_beside_other_columns(tmp_path):
    rows = [("text", "label", "source"), *zip(texts(60), labels(60), ["here"] * 60, strict=True)]
    path = write(tmp_path / "more.csv", rows)
    with pytest.raises(InputError, match=r"column text holds texts, which are read alone: ignore"):
        load(path)
    assert load(path, target="label", ignore=["source"]).classes == ("against", "for")
    with pytest.raises(InputError, match="n_words and longest are for texts"):
        load("digits", n_words=5)


def folders(place, parts=("",), n=12):
    for part in parts:
        for number in range(n):
            folder = place / part / ("pos" if number % 2 else "neg")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number}_7.txt").write_text(texts(n)[number], encoding="utf-8")
    return place


def test_folders_of_texts(tmp_path):
    data = load(folders(tmp_path / "all", n=40))
    assert [len(split) for split in data] == [24, 8, 8] and data.classes == ("neg", "pos")
    place = folders(tmp_path / "aclImdb", ("train", "test"))
    (place / "train" / "unsup").mkdir()
    (place / "train" / "unsup" / "0_0.txt").write_text("who knows", encoding="utf-8")
    (place / "train" / "urls.txt").write_text("a list", encoding="utf-8")
    data = load(place)
    assert [len(split) for split in data] == [10, 2, 12] and data.classes == ("neg", "pos")
    (place / "test" / "middling").mkdir()
    (place / "test" / "middling" / "1.txt").write_text("so so", encoding="utf-8")
    with pytest.raises(InputError, match=r"test has the classes middling, neg, pos, .*train neg"):
        load(place)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"caf\xe9", r"is not text in UTF-8 \(byte 3 cannot be read\): save it as UTF-8"),
        (b"a\x00b", "holds zero bytes, as no text does"),
        (b"\xff\xfea", "is not text in UTF-8"),
    ],
)
def test_files_that_are_no_texts(tmp_path, content, said):
    path = tmp_path / "1.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        read_text(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)


@given(st.binary(max_size=60) | st.text().map(lambda text: text.encode("utf-16")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_text_or_an_error(tmp_path, content):
    path = tmp_path / "any.txt"
    path.write_bytes(content)
    try:
        assert isinstance(read_text(path), str)
    except InputError as error:
        assert "any.txt" in str(error)


@given(
    st.lists(st.tuples(st.text(max_size=30), st.sampled_from("ab")), min_size=10, max_size=30),
    st.integers(3, 9),
)
@settings(max_examples=25)
def test_any_texts_are_a_data_set_or_an_error(pairs, n_words):
    try:
        data = from_texts([t for t, _ in pairs], [y for _, y in pairs], n_words=n_words)
    except InputError:
        return
    assert sum(map(len, data)) == len(pairs) and data.train.words.max() < n_words
