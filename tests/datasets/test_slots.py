"""Tagged sentences as a data set; windows of words."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets import load, slots
from dltut.datasets.slots import context_window, tagged_dataset
from dltut.exceptions import InputError

SENTENCES = "\n".join(f"to O\ncity{i} B-city\n" for i in range(40))


def words_of(split, data):
    return [data.inputs.vocabulary.words(row[row != 0]) for row in split.words]


def test_the_tutorials_windows():
    assert context_window([0, 1, 2, 3, 4], 3, -1) == [
        [-1, 0, 1],
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, -1],
    ]
    assert context_window([0, 1, 2, 3, 4], 7, -1) == [
        [-1, -1, -1, 0, 1, 2, 3],
        [-1, -1, 0, 1, 2, 3, 4],
        [-1, 0, 1, 2, 3, 4, -1],
        [0, 1, 2, 3, 4, -1, -1],
        [1, 2, 3, 4, -1, -1, -1],
    ]


@given(st.lists(st.integers(1, 9), max_size=9), st.sampled_from([1, 3, 5, 9]))
def test_windows_have_the_word_in_the_middle(words, size):
    windows = context_window(words, size)
    assert [each[size // 2] for each in windows] == words
    assert all(len(each) == size for each in windows)


@pytest.mark.parametrize("size", [0, 2, -1])
def test_a_window_has_a_middle(size):
    with pytest.raises(InputError, match="no middle"):
        context_window([1], size)


def test_a_file_is_drawn_into_three_parts(tmp_path):
    path = tmp_path / "all.txt"
    path.write_text(SENTENCES)
    data = load(path, task="tagging")
    assert [len(each) for each in data] == [32, 4, 4]
    assert str(data.targets) == "2 tags" and data.targets.names == ("B-city", "O")
    assert data.train.y.tolist() == [[1, 0]] * 32
    # A word of the test part alone is unknown; digits look alike.
    assert {tuple(each) for each in words_of(data.test, data)} <= {
        ("to", "city0"),
        ("to", "city00"),
    }
    again, other = slots.load(path), slots.load(path, seed=5)
    assert (again.train.words == data.train.words).all()
    assert len(other.train) == 32


def test_a_folder_with_a_file_a_part(tmp_path):
    for part, city in (("train", "Bonn"), ("dev", "Oslo"), ("test", "Lima")):
        (tmp_path / f"{part}.conll").write_text(f"{city} B-city\n")
    data = slots.load(tmp_path)
    assert [words_of(each, data) for each in data] == [[["bonn"]], [["<unknown>"]], [["<unknown>"]]]


def test_the_folder_of_snips(tmp_path):
    for intent in ("Play", "Book"):
        for name, n in (
            (f"train_{intent}", 3),
            (f"train_{intent}_full", 20),
            (f"validate_{intent}", 5),
        ):
            item = {"data": [{"text": f"{name} "}, {"text": "it", "entity": "what"}]}
            (tmp_path / f"{name}.json").write_text(json.dumps({intent: [item] * n}))
    data = slots.load(data_dir=None, path=tmp_path)
    assert [len(each) for each in data] == [38, 2, 10]  # validate_* is the test part


def test_a_fold_of_atis(tmp_path):
    part = ([np.array([0, 1])], [np.array([0, 0])], [np.array([0, 1])])
    names = {"words2idx": {"to": 0, "bonn": 1}, "labels2idx": {"O": 0, "B-city": 1}}
    (tmp_path / "atis.fold3.pkl").write_bytes(pickle.dumps((part, part, part, names), protocol=2))
    data = slots.load(data_dir=tmp_path)
    assert data.name == "atis.fold3" and [len(each) for each in data] == [1, 1, 1]


def test_generated_where_there_is_nothing(tmp_path):
    data = slots.load(data_dir=tmp_path)
    assert data.name == "generated flights" and [len(each) for each in data] == [1200, 200, 400]
    assert ((data.test.words == 0) == (data.test.y == -1)).all()
    quick = load("auto", tmp_path, quick=True, task="tagging")
    assert [len(each) for each in quick] == [1200, 200, 400]


def test_what_is_no_data_set(tmp_path):
    (tmp_path / "two.txt").write_text("a O\n\nb O\n")
    for path, said in (
        (tmp_path / "none", "there are no sentences at"),
        (tmp_path / "two.txt", "2 sentences cannot make 3 parts"),
        (tmp_path, "no file whose name begins with train"),
    ):
        with pytest.raises(InputError, match=said):
            slots.load(path)
    with pytest.raises(InputError, match="test sentence 1 has 2 words and 1 tags"):
        tagged_dataset([(["a"], ["O"])], [(["a"], ["O"])], [(["a", "b"], ["O"])], "bad")


def test_snips_itself(shared_data):
    data = slots.load(shared_data / "snips")
    assert [len(each) for each in data] == [13_095, 689, 700]
    assert len(data.targets.names) == 72
