"""Texts: as they are, one a line of a file, rows of numbers; texts that go on."""

import numpy as np
import pytest
from PIL import Image

from dltut.datasets.kinds import Characters, Words
from dltut.exceptions import InputError
from dltut.tasks import read_examples

WORDS = Words(["a", "good", "film"], longest=3)
LETTERS = Characters(("a", "b", "n"), 6)


def test_texts_lines_and_rows(tmp_path):
    path = tmp_path / "asked.txt"
    path.write_text("a good film!\n\nbad\n")
    first, second = read_examples(path, WORDS)
    assert first.name == f"{path}, line 1" and second.name == f"{path}, line 3"
    assert first.x.tolist() == [2, 3, 4] and "3 of its" not in second.note
    assert first.note == "the first 3 of its 4 words were read"
    assert second.note == "none of its words is known"
    [said] = read_examples("Good film", WORDS)
    [row] = read_examples(np.array([3, 4, 0]), WORDS)
    assert said.x.tolist() == row.x.tolist() == [3, 4]
    assert (said.given, row.given) == ("Good film", "good film")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([""], "text 0 has no word: give a text"),
        (Image.new("L", (3, 3)), "text 0 is a picture"),
        ({"age": 3}, "text 0 is a row of a table"),
        (np.zeros((1, 3), int), "text 0 has no word"),
        (np.zeros(3), "text 0 is no row of numbered words"),
        (np.array([9]), "a given word has the number 9; they go from 0 to 4"),
    ],
)
def test_what_is_no_text(given, message):
    with pytest.raises(InputError, match=f"^{message}"):
        read_examples(given, WORDS)


def test_a_text_to_go_on_with(tmp_path):
    path = tmp_path / "banana.txt"
    path.write_text("ban\r\nana")
    [example] = read_examples(path, LETTERS)
    assert example.x.tolist() == [1, 0, 2, 0, 2, 0]
    assert example.note == "left out, never learned: '\\n'"
    [named] = read_examples({"text": "nab"}, LETTERS)
    assert named.x.tolist() == [2, 0, 1] and not named.note
    with pytest.raises(InputError, match="text 0 has no character that the model has learned"):
        read_examples({"text": "xyz"}, LETTERS)
