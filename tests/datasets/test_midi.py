"""MIDI files and piano rolls: there and back, what is left out, files that are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut.datasets.kinds import Rolls
from dltut.datasets.midi import read_midi, write_midi
from dltut.exceptions import InputError

pretty_midi = pytest.importorskip("pretty_midi", reason="needs dltut[music]")


def song(path, *notes, drums=()):
    """A file with notes (pitch, start, end) in seconds."""
    written = pretty_midi.PrettyMIDI()
    for is_drum, part in ((False, notes), (True, drums)):
        instrument = pretty_midi.Instrument(0, is_drum)
        instrument.notes += [pretty_midi.Note(80, *note) for note in part]
        written.instruments.append(instrument)
    written.write(str(path))
    return path


@pytest.mark.parametrize(
    "rolls", [Rolls(), Rolls(40, 60, 0.25), Rolls(0, 128, 1.7), Rolls(dt=0.01)]
)
@pytest.mark.parametrize("n_frames", [1, 7, 1000])
def test_there_and_back(tmp_path, rolls, n_frames):
    """Every roll on the grid, long notes and silence at both ends among them."""
    rng = np.random.default_rng(n_frames)
    roll = (rng.random((n_frames, rolls.n_notes)) < 0.2).astype("float32")
    roll[0, 0] = 1
    roll[len(roll) // 2 + 1 :] = 0
    write_midi(tmp_path / "a.mid", roll, rolls)
    np.testing.assert_array_equal(read_midi(tmp_path / "a.mid", rolls), roll)


def test_what_sounds_at_the_time_of_a_frame(tmp_path):
    notes = (60, 0.0, 0.6), (62, 0.31, 0.59), (64, 0.3, 0.31), (66, 0.5, 1.0)
    roll = read_midi(song(tmp_path / "a.mid", *notes, (12, 0, 9.0), drums=[(70, 0, 1)]))
    assert roll.shape == (30, 88) and roll.dtype == np.float32
    sounding = [(np.flatnonzero(frame) + 21).tolist() for frame in roll]
    assert sounding == [[60], [60, 64], [66], [66], *[[]] * 26]  # 62 falls between two frames


def test_a_note_for_each_stretch(tmp_path):
    roll = np.zeros((9, 88))
    roll[[1, 2, 3, 5], 40] = 1
    write_midi(tmp_path / "a.mid", roll)
    [piano] = pretty_midi.PrettyMIDI(str(tmp_path / "a.mid")).instruments
    found = [(note.pitch, note.start, note.end) for note in piano.notes]
    np.testing.assert_allclose(found, [(61, 0.3, 1.2), (61, 1.5, 1.8)], atol=1e-6)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("midi") / "a.mid"
    return song(path, *[(50 + i, i / 4, i / 4 + 0.5) for i in range(20)]).read_bytes()


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=8),
    end=st.integers(0, 400),
)
def test_hostile_files(tmp_path_factory, content, changes, end):
    """Any bytes are read as a roll, or refused in one line."""
    bad = bytearray(content)
    for place, value in changes:
        bad[place % len(bad)] = value
    path = tmp_path_factory.mktemp("hostile") / "a.mid"
    path.write_bytes(bad[:end])
    try:
        roll = read_midi(path)
    except InputError as error:
        assert "\n" not in str(error) and str(path) in str(error)
    else:
        assert roll.shape[1] == 88 and set(np.unique(roll)) <= {0, 1} and roll.any()


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "is no MIDI file: it is empty"),
        (b"RIFF1234", "is no MIDI file: it begins with 52 49 46 46"),
        (b"MThd\0\0\0\6\0\1", "is cut off or damaged"),
        (b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0", "holds no note from 21 to 108"),
    ],
)
def test_what_is_no_music(tmp_path, content, message):
    path = tmp_path / "a.mid"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_midi(path)


def test_every_beginning_of_a_file(tmp_path, content):
    path = tmp_path / "a.mid"
    for end in range(len(content) - 1):
        path.write_bytes(content[:end])
        with pytest.raises(InputError, match=r"cut off|no MIDI file"):
            read_midi(path)


def test_too_long(tmp_path):
    path = song(tmp_path / "a.mid", (60, 0, 1000.0))
    with pytest.raises(InputError, match="lasts 1,000,000 frames"):
        read_midi(path, Rolls(dt=0.001))


@pytest.mark.parametrize("roll", [np.zeros(88), np.zeros((3, 87)), np.full((3, 88), 0.5)])
def test_no_roll(tmp_path, roll):
    with pytest.raises(InputError, match="is no piano roll"):
        write_midi(tmp_path / "a.mid", roll)
    assert not [*tmp_path.iterdir()]


def test_a_file_longer_than_any_piece_is_not_read(tmp_path):
    head = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk"
    notes = b"\0\x90\x3c\x40" * 300_000  # which would take seconds and hundreds of megabytes
    (tmp_path / "a.mid").write_bytes(head + len(notes).to_bytes(4, "big") + notes)
    with pytest.raises(InputError, match="more than 1,048,576 bytes: no piece of music"):
        read_midi(tmp_path / "a.mid")
