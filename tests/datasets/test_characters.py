"""Rows of a text: what follows on what, in which piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets.characters import laid_out, load
from dltut.datasets.kinds import Characters, kind_from
from dltut.exceptions import InputError


@given(st.text(alphabet="ab \né", min_size=60, max_size=200), st.integers(1, 4), st.integers(1, 3))
def test_a_row_goes_on_where_its_piece_ended(text, steps, size):
    data = laid_out(text, steps, size, parts=(0.5, 0.25))
    borders = [0, round(0.5 * len(text)), round(0.75 * len(text)), len(text)]
    for split, first, end in zip(data, borders, borders[1:], strict=False):
        part = text[first:end]
        n = (len(part) - 1) // (steps * size) * steps
        for b in range(size):
            rows, y = split.characters[b::size], split.y[b::size]
            assert data.inputs.text(rows.ravel()) == part[b * n : (b + 1) * n]
            assert data.inputs.text(y.ravel()) == part[b * n + 1 : (b + 1) * n + 1]
        assert split.begins.tolist() == [1] * size + [0] * (len(split) - size)


def test_files_one_after_the_other(tmp_path, capsys):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("abc\r\n" * 40, newline="")
    two.write_text("é" * 100, encoding="utf-8")
    data = load([one, two], steps=2, batch_size=2)
    assert data.inputs.names == ("\n", "a", "b", "c", "é") and data.name == "2 texts"
    assert "2 texts, 261 characters, 5 different ones" in capsys.readouterr().err
    assert len(load([one], steps=2, batch_size=2, most=100).train) == 89 // 4 * 2


def test_texts_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no text is named"):
        load([])
    with pytest.raises(InputError, match=r"none\.txt"):
        load([tmp_path / "none.txt"])
    (tmp_path / "short.txt").write_text("abc")
    with pytest.raises(InputError, match="the train part has 3 characters; a minibatch takes 64 x"):
        load([tmp_path / "short.txt"])
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(InputError, match="the train part has 0 characters"):
        load([tmp_path / "empty.txt"])
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1") * 100)
    with pytest.raises(InputError, match="is not text in UTF-8"):
        load([tmp_path / "latin.txt"])
    with pytest.raises(InputError, match="of sum below 1"):
        laid_out("ab" * 99, 1, 1, parts=(1, 1))


def test_the_kind_goes_through_a_file_and_back():
    kind = Characters(("a", "\n"), 3)
    assert kind_from(kind.facts) == kind and kind.column == "characters"
    assert kind.numbers("a-a\n").tolist() == [0, 0, 1]
    with pytest.raises(InputError, match=r"characters of shape \(1, 1\), 2 to 2; expected rows of"):
        kind.checked(np.array([[2]]), "train")
