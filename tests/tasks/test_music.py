"""Music that goes on: the composed frames, words, pictures, MIDI files beside them."""

import numpy as np
import pytensor
import pytest

from dltut.commands.predict import predict
from dltut.datasets import Rolls, Split, read_midi, write_midi
from dltut.exceptions import InputError
from dltut.models import RNNNADE, save_model
from dltut.tasks import Music, task_from
from dltut.tasks.inputs import read_examples

ROLLS = Rolls(60, 72, 0.5)


@pytest.fixture(scope="module", autouse=True)
def fast():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        yield


@pytest.fixture(scope="module")
def model():
    return RNNNADE(np.random.RandomState(1), n_visible=12, n_hidden=4, n_recurrent=3)


@pytest.fixture(scope="module")
def trained(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("music") / "best.safetensors"
    save_model(path, model, Music(ROLLS, 6).facts)
    return path


def piece(n_frames=9):
    return (np.random.default_rng(1).random((n_frames, 12)) < 0.3).astype("float32")


def test_facts_there_and_back():
    task = Music(ROLLS, 6, 5)
    assert task_from(task.facts) == task
    assert task_from({"inputs": ROLLS.facts, "targets": None}) == Music(ROLLS)


def test_a_midi_file_goes_on(trained, tmp_path):
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    path = tmp_path / "a.mid"
    write_midi(path, piece(), ROLLS)
    [found] = predict(trained, path)
    assert found.answer.shape == (6, 12)
    assert "6 frames (3 s)" in found.line() and str(path) in found.line()
    [write] = found.task.files(found.example, found.answer).values()
    write(tmp_path / "b.mid")
    whole = read_midi(tmp_path / "b.mid", ROLLS)
    np.testing.assert_array_equal(whole, np.concatenate([piece(), found.answer]))
    assert found.drawn().width > 500
    [again] = predict(trained, piece())
    np.testing.assert_array_equal(again.answer, found.answer)


def test_pieces_of_a_split(trained):
    """Each goes on from its own end, not from the padding behind it."""
    short = piece(4)
    frames = ROLLS.stacked([short, piece()])
    both = predict(trained, frames)
    [alone] = predict(trained, short)
    np.testing.assert_array_equal(both[0].answer, alone.answer)


def test_pictures_and_songs(model, tmp_path):
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    task = Music(ROLLS, 6)
    split = Split(frames=ROLLS.stacked([piece()]), length=np.array([9]))
    assert [*task.pictures(model, split)] == ["music.png"]
    task.write_songs(model, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["sample1.mid", "sample2.mid"]
    assert task.line(np.zeros((4, 12))) == "4 frames (2 s) of silence"


@pytest.mark.parametrize("given", [np.zeros((3, 11)), np.full((3, 12), 0.5), {"a": 1}])
def test_no_music(given):
    with pytest.raises(InputError, match="give a MIDI file, or an array"):
        read_examples(given, ROLLS)
