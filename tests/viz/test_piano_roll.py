"""Piano rolls: as wide as their time, bars where notes sound, what was given in another colour."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import note_name, piano_roll_picture
from dltut.viz.figure import BLUE, ORANGE


def count(picture, colour):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.asarray(picture) == wanted).all(axis=2).sum())


def roll(*notes, n_frames=20):
    made = np.zeros((n_frames, 88))
    for note, start, end in notes:
        made[start:end, note - 21] = 1
    return made


def test_bars():
    """Twice the notes, twice the ink; none, none; and what was given is orange."""
    one, two = (piano_roll_picture(roll(*[(60 + 4 * i, 2, 18) for i in range(n)])) for n in (1, 2))
    assert count(one, BLUE) > 1000 and not count(one, ORANGE)
    assert abs(count(two, BLUE) / count(one, BLUE) - 2) < 0.1
    assert not count(piano_roll_picture(roll()), BLUE)
    parted = piano_roll_picture(roll((60, 0, 20)), given=15)
    assert abs(count(parted, ORANGE) / count(parted, BLUE) - 3) < 0.15


def test_many_notes_are_one_thing(rng):
    """Drawn one by one, thousands took half a minute."""
    notes = (rng.random((300, 88)) < 0.2).astype(float)
    figure = piano_roll_picture.__wrapped__(notes)
    assert len(figure.axes[0].collections) == 1
    assert len(figure.axes[0].collections[0].get_paths()) > 2000


def test_several_pieces():
    alone = piano_roll_picture(roll((60, 0, 5)))
    both = piano_roll_picture({"one": roll((60, 0, 5)), "the other": roll((65, 0, 5), n_frames=9)})
    assert both.height > 1.4 * alone.height and both.width == alone.width


def test_octaves_that_sound():
    narrow, wide = (piano_roll_picture(roll((60, 0, 5), (high, 0, 5))) for high in (71, 100))
    assert wide.height > 1.5 * narrow.height


def test_names():
    assert [note_name(n) for n in (21, 60, 61, 108)] == ["A0", "C4", "C#4", "C8"]


@pytest.mark.parametrize("wrong", [{}, np.zeros(3), np.zeros((0, 88))])
def test_no_roll(wrong):
    with pytest.raises(InputError, match="is no piano roll"):
        piano_roll_picture(wrong)
