"""Tagged sentences from files: each layout, and one line about each that is damaged."""

import gzip
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets.slot_files import Tagged, in_columns, in_json, read_atis, read_tagged, tags_of
from dltut.exceptions import InputError

DICTIONARIES = {
    "words2idx": {"from": 0, "boston": 1, "DIGITDIGIT": 2},
    "labels2idx": {"O": 0, "B-city": 1, "B-hour": 2},
    "tables2idx": {"<NOTABLE>": 0},
}


def fold(words=((0, 1), (2,)), labels=((0, 1), (2,)), dictionaries=DICTIONARIES):
    """A fold as Python 2 wrote it, each sentence an array of int32."""
    arrays = [[np.array(row, "int32") for row in part] for part in (words, words, labels)]
    return (tuple(arrays),) * 3 + (dictionaries,)


def written(path, content, pack=False):
    data = content if isinstance(content, bytes) else pickle.dumps(content, protocol=2)
    path.write_bytes(gzip.compress(data) if pack else data)
    return path


def test_columns():
    text = "-DOCSTART- -X- O\r\n\r\nBonn\tNNP\tB-city\r\nsleeps\tVBZ\tO\r\n\r\n\r\nyes UH O"
    assert in_columns(text, "text") == [
        Tagged(["Bonn", "sleeps"], ["B-city", "O"]),
        Tagged(["yes"], ["O"]),
    ]


def test_a_word_between_tabs_may_have_a_space():
    assert in_columns("New York\tB-city\n", "text")[0].words == ["New York"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "holds no sentence"),
        ("\n\n", "holds no sentence"),
        ("a O\n\nb\n", "line 3: 'b' is not a word and its tag"),
        ("a\t\n", "line 1: 'a ' is not a word and its tag"),
        ("a O\nb c O\n", "line 2 has 3 columns, those before 2"),
        ("a X O\nb O\n", "line 2 has 2 columns, those before 3"),
    ],
)
def test_columns_that_do_not_fit(text, said):
    with pytest.raises(
        InputError, match="words.txt .*" if not text.strip() else "words.txt"
    ) as error:
        in_columns(text, "words.txt")
    assert said in str(error.value)


def test_snips():
    pieces = [{"text": "Rain in "}, {"text": "New York", "entity": "city"}, {"text": "?"}]
    sentences = in_json(json.dumps({"GetWeather": [{"data": pieces}]}), "text")
    assert sentences == [Tagged("rain in new york ?".split(), "O O B-city I-city O".split())]


@pytest.mark.parametrize(
    "text, said",
    [
        ('{"A": [\n{"data": [{"te', "line 2 is no JSON"),
        ("[1, 2]", "other JSON than SNIPS's"),
        ('{"A": 3}', "other JSON than SNIPS's"),
        ('{"A": [{"date": []}]}', 'sentence 1 has no list called "data"'),
        ('{"A": [{"data": [{"entity": "b"}]}]}', 'piece without a "text"'),
        ('{"A": [{"data": [{"text": "a", "entity": 3}]}]}', '"entity" of no name'),
        ('{"A": [{"data": [{"text": "  ", "entity": "b"}]}]}', "the slot 'b' holds '  ', no word"),
        ('{"A": []}', "holds no sentence"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_json_that_does_not_fit(text, said):
    with pytest.raises(InputError) as error:
        in_json(text, "a.json")
    assert said in str(error.value) and str(error.value).startswith("a.json")


def test_atis(tmp_path):
    train, valid, test = read_atis(written(tmp_path / "atis.fold0.pkl.gz", fold(), pack=True))
    assert train == valid == test
    assert train == [Tagged(["from", "boston"], ["O", "B-city"]), Tagged(["00"], ["B-hour"])]


@pytest.mark.parametrize(
    "content, said",
    [
        (fold(labels=((0,), (2,))), "train, sentence 1: 2 words with 1 labels"),
        (fold(labels=((0, 1),)), "2 sentences and the labels of 1"),
        (fold(words=((0, 7), (2,))), "sentence 1 has a number that is in no dictionary"),
        (fold(dictionaries={"words2idx": {}}), "no dictionary labels2idx"),
        (fold()[:3], "no (train, valid, test, dictionaries)"),
        ((1, 2, 3, DICTIONARIES), "expected lists of words, tables and labels"),
        (fold(words=(), labels=()), "holds no sentence"),
        (pickle.dumps(fold())[:60], "not a whole pickle"),
    ],
)
def test_folds_that_do_not_fit(tmp_path, content, said):
    with pytest.raises(InputError) as error:
        read_atis(written(tmp_path / "atis.pkl", content))
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "data, word",
    [
        ("Köln B-city\n".encode("utf-16"), "Köln"),
        ("Köln B-city\n".encode("utf-8-sig"), "Köln"),
        ("Köln B-city\n".encode("latin-1"), "Köln"),
        (b"\xed\xa0\xbc\xed\xbd\x95 O\n", "\U0001f355"),  # UTF-8 of two halves, as Java writes it
        (gzip.compress("Köln O\n".encode()), "Köln"),
    ],
)
def test_encodings(tmp_path, data, word):
    assert read_tagged(written(tmp_path / "words.txt", data))[0].words == [word]


def test_a_file_that_is_no_text_or_cut_off(tmp_path):
    with pytest.raises(InputError, match="line 2 holds a zero byte"):
        read_tagged(written(tmp_path / "a.txt", b"a O\n\x00\x01"))
    with pytest.raises(InputError, match="is cut off or damaged"):
        read_tagged(written(tmp_path / "b.txt", gzip.compress(b"a O\n" * 99)[:-12]))
    with pytest.raises(InputError, match="cannot be read"):
        read_tagged(tmp_path / "none.txt")


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.from_regex(r"[^\W_]{1,5}", fullmatch=True), st.sampled_from(["O", "B-a", "I-a"])
            ),
            min_size=1,
        ),
        min_size=1,
    )
)
def test_columns_come_back(sentences):
    text = "\n\n".join("\n".join(f"{word} {tag}" for word, tag in each) for each in sentences)
    assert in_columns(text, "text") == [
        Tagged(*map(list, zip(*each, strict=True))) for each in sentences
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_sentences_or_one_line(tmp_path_factory, data):
    path = written(tmp_path_factory.getbasetemp() / "any.txt", data)
    for read in (read_tagged, read_atis):
        try:
            found = read(path)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert all(len(each.words) == len(each.tags) for each in found)


def test_tags():
    assert tags_of("a", 0) == tags_of(None, 0) == []
