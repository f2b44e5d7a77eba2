"""Pieces of music: rolls, MIDI files."""

import numpy as np
import pytest

from dltut.datasets import write_midi
from dltut.datasets.kinds import Rolls
from dltut.exceptions import InputError
from dltut.tasks import read_examples

ROLLS = Rolls(40, 60, 0.25)


def test_a_roll_and_the_file_that_it_is_written_to(tmp_path):
    roll = (np.random.default_rng(1).random((8, 20)) < 0.3).astype("float32")
    roll[-1, 0] = 1
    [example] = read_examples(roll, ROLLS)
    np.testing.assert_array_equal(example.x, roll)
    assert [each.name for each in read_examples(np.stack([roll, roll]), ROLLS)] == [
        "piece 0",
        "piece 1",
    ]
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    write_midi(tmp_path / "a.mid", roll, ROLLS)
    [read] = read_examples(tmp_path / "a.mid", ROLLS)
    np.testing.assert_array_equal(read.x, roll)


@pytest.mark.parametrize("given", [np.zeros((3, 19)), np.full((3, 20), 2), {"age": 3}])
def test_what_is_no_music(given):
    with pytest.raises(InputError, match=r"give a MIDI file, or an array \(n_frames, 20\)"):
        read_examples(given, ROLLS)
