"""Music as data sets: folders of MIDI, lists of notes, what is cut, what is refused."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets import music
from dltut.datasets.kinds import Rolls
from dltut.datasets.midi import write_midi
from dltut.datasets.tunes import tunes
from dltut.exceptions import InputError

CHORDS = [[60, 64, 67], [], [62, 65], [60]]


def written(folder, parts):
    """MIDI files of tunes in a folder, or in its subfolders."""
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    made = tunes(3, tuple(parts.values()))
    for part, rolls in zip(parts, made, strict=True):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for number, roll in enumerate(rolls):
            write_midi(folder / part / f"{number}.mid", roll)
    return made


def test_tunes_in_columns():
    data = music.load("tunes", longest=20)
    train, valid, _ = data
    assert list(train.columns) == ["frames", "length"]
    assert train.frames.shape[1:] == (20, 88) and train.length.max() == 20
    assert train.length.sum() == sum(map(len, tunes()[0]))  # cut, and nothing lost
    for roll, length in zip(train.frames, train.length, strict=True):
        assert not roll[length:].any() and roll[length - 1].any()
    assert (np.diff(valid.length) >= 0).all() and valid.length.max() == 64
    assert data.targets is None and data.facts["inputs"]["kind"] == "Rolls"
    assert len(music.load("tunes", quick=True).test) == 6


def test_parts_in_subfolders(tmp_path):
    made = written(tmp_path / "songs", {"train": 3, "valid": 2, "test": 1})
    data = music.load(tmp_path / "songs", longest=64)
    assert [*map(len, data)] == [3, 2, 1] and data.name == "songs"
    np.testing.assert_array_equal(data.test.frames[0], made[2][0])
    np.testing.assert_array_equal(data.train.frames[1, : len(made[0][1])], made[0][1])


def test_a_folder_is_drawn_into_parts(tmp_path):
    written(tmp_path, {"": 13})
    first, again, other = (music.load(tmp_path, seed=seed) for seed in (1, 1, 2))
    assert [*map(len, first)] == [9, 2, 2]
    np.testing.assert_array_equal(first.train.frames, again.train.frames)
    assert first.train.length.tolist() != other.train.length.tolist()


def test_a_bad_file_among_good_ones(tmp_path, capsys):
    written(tmp_path, {"train": 3, "valid": 1, "test": 1})
    (tmp_path / "train" / "1.mid").write_bytes(b"MThd")
    assert len(music.load(tmp_path).train) == 2
    assert "left out 1 of 3 files" in capsys.readouterr().err
    (tmp_path / "test" / "0.mid").write_bytes(b"")
    with pytest.raises(InputError, match="is no MIDI file"):
        music.load(tmp_path)


@pytest.mark.parametrize("ending", ["json", "pickle"])
def test_lists_of_notes(tmp_path, ending):
    """As the published pickles: a dictionary of lists of lists of tuples of MIDI numbers."""
    piece = [tuple(frame) for frame in CHORDS]
    content = {"train": [piece, piece[:2]], "valid": [piece], "test": [[(21, 108, 109, 20)]]}
    path = tmp_path / f"chorales.{ending}"
    binary = ending == "pickle"
    path.write_bytes(pickle.dumps(content, 0) if binary else json.dumps(content).encode())
    for place in (path, tmp_path):
        data = music.load(place)
        assert music.notes_of(data.train.frames[0], Rolls()) == CHORDS
        assert data.train.length.tolist() == [4, 2]
        assert np.flatnonzero(data.test.frames[0, 0]).tolist() == [0, 87]  # others are no keys


def test_chorales(shared_data):
    folder = shared_data / "jsb"
    if not folder.is_dir():
        pytest.skip(f"no chorales in {folder}")
    data = music.load("jsb", shared_data)
    assert [part.length.sum() for part in data] == [14086, 2811, 2920]
    assert music.notes_of(data.train.frames[0, :1], Rolls()) == [[55, 59, 62, 67]]


def test_nottingham(shared_data):
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    if not (shared_data / "nottingham").is_dir():
        pytest.skip(f"no tunes in {shared_data / 'nottingham'}")
    data = music.load("nottingham", shared_data, quick=True)
    assert [*map(len, data)][1:] == [6, 6] and data.train.length.max() == 100


@given(st.lists(st.lists(st.integers(0, 127), max_size=5), min_size=1, max_size=8))
def test_notes_there_and_back(frames):
    rolls = Rolls(0, 128)
    assert music.notes_of(music.roll_of(frames, rolls), rolls) == [sorted({*f}) for f in frames]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.integers(-9, 300),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=8,
)


@given(st.fixed_dictionaries({"train": ANYTHING, "valid": ANYTHING, "test": ANYTHING}) | ANYTHING)
def test_hostile_lists(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("lists") / "a.json"
    path.write_text(json.dumps(content))
    try:
        data = music.load(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert data.train.frames.shape[2] == 88


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "is no JSON file"),
        ('{"train": [', "is no JSON file"),
        ('{"train": [[[60]]], "valid": []}', "expected train, valid and test"),
        ('{"train": [[]], "valid": [[[60]]], "test": [[[60]]]}', "train piece 0 has no frames"),
        ('{"train": [[[60], [6.5]]], "valid": [1], "test": [1]}', "piece 0, frame 1: .* 0 to 127"),
    ],
)
def test_damaged_lists(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=message):
        music.load(tmp_path / "a.json")


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no music 'jbs'.*did you mean jsb"):
        music.load("jbs", tmp_path)
    with pytest.raises(InputError, match=f"^no {tmp_path}/jsb: put the MIDI files of jsb there"):
        music.load("jsb", tmp_path)
    with pytest.raises(InputError, match="holds no MIDI files"):
        music.load(tmp_path)
    (tmp_path / "a.mid").write_bytes(b"MThd")
    with pytest.raises(InputError, match="three parts need 3"):
        music.load(tmp_path)
    with pytest.raises(InputError, match="is one piece: give the folder"):
        music.load(tmp_path / "a.mid")
    assert music.holds_music(tmp_path) and not music.holds_music(tmp_path.parent)
