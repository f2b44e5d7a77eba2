"""Chunks are counted as conlleval counts them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.tasks import chunk_scores, chunks_of

TAGS = st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b", "B-a-b", "I-"]), max_size=12)


def by_pattern(tags):
    """The chunks again, by a regular expression over letters: one for each tag and its kind."""
    kinds = sorted({tag.partition("-")[2] for tag in tags})
    text = "".join(
        "." if tag == "O" else chr((65 if tag[0] == "B" else 97) + kinds.index(tag[2:]))
        for tag in tags
    )
    pattern = "|".join(f"[{chr(65 + k)}{chr(97 + k)}]{chr(97 + k)}*" for k in range(len(kinds)))
    found = re.finditer(pattern, text) if tags else ()
    return [(tags[each.start()][2:], *each.span()) for each in found]


class Conlleval:
    """Counters word after word, by the program's rules for where chunks begin and end."""

    def __init__(self):
        self.n_true = self.n_found = self.n_right = 0

    @staticmethod
    def ends(before, tag):
        (letter, kind), (now, other) = before, tag
        return letter != "O" and (now in "BO" or kind != other)

    @staticmethod
    def begins(before, tag):
        (letter, kind), (now, other) = before, tag
        return now != "O" and (now == "B" or letter == "O" or kind != other)

    def read(self, true, found):
        inside, last, guess = False, ("O", ""), ("O", "")
        for pair in [*zip(true, found, strict=True), ("O", "O")]:
            tag, guessed = ((each[0], each[2:]) for each in pair)
            ends = self.ends(last, tag), self.ends(guess, guessed)
            if inside and all(ends) and guess[1] == last[1]:
                inside, self.n_right = False, self.n_right + 1
            elif inside and (ends[0] != ends[1] or tag[1] != guessed[1]):
                inside = False
            begins = self.begins(last, tag), self.begins(guess, guessed)
            self.n_true, self.n_found = self.n_true + begins[0], self.n_found + begins[1]
            inside = inside or (all(begins) and tag[1] == guessed[1])
            last, guess = tag, guessed


@pytest.mark.parametrize(
    "tags, chunks",
    [
        ("O O", []),
        ("B-a I-a O B-a", [("a", 0, 2), ("a", 3, 4)]),
        ("B-a B-a", [("a", 0, 1), ("a", 1, 2)]),
        ("I-a I-a O I-b", [("a", 0, 2), ("b", 3, 4)]),
        ("B-a I-b I-b", [("a", 0, 1), ("b", 1, 3)]),
        ("I-a B-a I-a", [("a", 0, 1), ("a", 1, 3)]),
        ("B-fromloc.city_name I-fromloc.city_name", [("fromloc.city_name", 0, 2)]),
    ],
)
def test_by_hand(tags, chunks):
    assert chunks_of(tags.split()) == chunks


def test_scores_by_hand():
    # 1 of 2 found is right, 1 of 3 true is found: what conlleval prints is 50.00, 33.33, 40.00.
    true = [["B-a", "I-a", "O", "B-b"], ["B-a"]]
    found = [["B-a", "I-a", "O", "B-a"], ["O"]]
    assert chunk_scores(true, found) == pytest.approx((1 / 2, 1 / 3, 0.4))
    # A chunk that ends too late, one of another kind: nothing is right, though 3 of 4 tags are.
    assert chunk_scores([["B-a", "I-a", "O", "O"]], [["B-a", "I-a", "I-a", "O"]]) == (0, 0, 0)
    assert chunk_scores([["I-a", "I-a"]], [["B-a", "I-a"]]) == (1, 1, 1)
    assert chunk_scores([["O"]], [["O"]]) == chunk_scores([], []) == (0, 0, 0)


@given(TAGS)
def test_the_same_chunks_as_a_pattern_finds(tags):
    assert chunks_of(tags) == by_pattern(tags)


@given(st.lists(st.lists(st.tuples(*[st.sampled_from("O B-a I-a B-b I-b".split())] * 2))))
def test_the_same_counts_as_the_program(sentences):
    pairs = [[[pair[k] for pair in sentence] for sentence in sentences] for k in (0, 1)]
    program = Conlleval()
    for true, found in zip(*pairs, strict=True):
        program.read(true, found)
    precision = program.n_right / max(program.n_found, 1)
    recall = program.n_right / max(program.n_true, 1)
    f1 = 2 * precision * recall / (precision + recall) if program.n_right else 0
    assert chunk_scores(*pairs) == pytest.approx((precision, recall, f1))
