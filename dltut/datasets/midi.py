"""MIDI files as piano rolls, and piano rolls as MIDI files."""

import importlib.util
import io
import math
import struct
import warnings
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.kinds import Rolls
from dltut.exceptions import InputError
from dltut.machine.files import atomic, open_unpacked
from dltut.machine.stretches import stretches

LARGEST = 2**20  # bytes of a file: hours of music
MOST_FRAMES = 200_000
SLACK = 0.01  # of a frame: a note that begins a hair after a frame's time sounds in it
BROKEN = (
    EOFError, OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
    AssertionError, MemoryError, RecursionError, struct.error,
)  # fmt: skip
FRAMES_A_BEAT, TICKS_A_BEAT = 4, 480  # of what is written: a frame is a sixteenth
LOUDNESS = 90


def read_midi(path: str | PathLike, rolls: Rolls | None = None) -> np.ndarray:
    """The notes of a MIDI file that sound at the time of each frame.

    Parameters
    ----------
    path : path
    rolls : Rolls, optional
        Which notes, and how long a frame is; others, and drums, are left out.

    Returns
    -------
    float32 array of 0 and 1, shape (n_frames, n_notes)

    Raises
    ------
    InputError
        If the file is cut off, damaged or none, holds no note, or is longer than any music; if the
        package pretty_midi is missing.

    Notes
    -----
    Frame t is what sounds at time t dt, so a note that is shorter than a frame may be missed, and
    one that is struck again at once sounds as one.
    """
    rolls = rolls or Rolls()
    song = _song(Path(path))
    notes = [note for part in song.instruments if not part.is_drum for note in part.notes]
    frames = [_frames(note, rolls.dt) for note in notes]
    chosen = [
        (note.pitch - rolls.low, *frame)
        for note, frame in zip(notes, frames, strict=True)
        if rolls.low <= note.pitch < rolls.high and frame[0] < frame[1]
    ]
    if not chosen:
        raise InputError(
            f"{path} holds no note from {rolls.low} to {rolls.high - 1} that sounds in a frame of "
            f"{rolls.dt:g} s: give another file, or a smaller dt"
        )
    length = max(
        [end for _, end in frames] + [_frame(mark.time, rolls.dt) for mark in _marks(song)]
    )
    if length > MOST_FRAMES:
        raise InputError(f"{path} lasts {length:,} frames; at most {MOST_FRAMES:,} are read")
    roll = np.zeros((length, rolls.n_notes), np.float32)
    for note, start, end in chosen:
        roll[start:end, note] = 1
    return roll


def write_midi(path: str | PathLike, roll: np.ndarray, rolls: Rolls | None = None) -> None:
    """Write a piano roll as a MIDI file, which `read_midi` reads as the same roll.

    Parameters
    ----------
    path : path
    roll : array of 0 and 1, shape (n_frames, n_notes)
        A note that sounds in several frames, one after the other, is struck once.
    rolls : Rolls, optional

    Raises
    ------
    InputError
        If it is no such array, or the file cannot be written; if the package pretty_midi is
        missing.
    """
    rolls, roll = rolls or Rolls(), np.asarray(roll)
    if roll.ndim != 2 or roll.shape[1] != rolls.n_notes or not np.isin(roll, (0, 1)).all():
        raise InputError(
            f"an array of shape {roll.shape} is no piano roll: expected 0 and 1, one row of "
            f"{rolls.n_notes} notes a frame"
        )
    midi = _pretty_midi()
    song = midi.PrettyMIDI(None, TICKS_A_BEAT, 60 / (FRAMES_A_BEAT * rolls.dt))
    piano = midi.Instrument(0)
    for note, start, end in stretches(roll):
        times = start * rolls.dt, end * rolls.dt
        piano.notes.append(midi.Note(LOUDNESS, int(note + rolls.low), *times))
    song.instruments.append(piano)
    song.text_events.append(midi.Text("end", len(roll) * rolls.dt))  # silence at the end counts
    content = io.BytesIO()
    song.write(content)
    with atomic(path) as file:
        file.write(content.getvalue())


def has_midi() -> bool:
    """Whether there is the package that reads and writes MIDI files."""
    return importlib.util.find_spec("pretty_midi") is not None


def _pretty_midi():
    if not has_midi():
        raise InputError('MIDI files need an extra package: pip install "dltut[music]"')
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pretty_midi
    return pretty_midi


def _bad_key() -> type[Exception]:
    """What is raised of a key that is none."""
    from mido import KeySignatureError

    return KeySignatureError


def _song(path: Path):
    midi = _pretty_midi()
    with open_unpacked(path) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputError(f"{path} has more than {LARGEST:,} bytes: no piece of music is as long")
    if not content.startswith(b"MThd"):
        told = f"begins with {content[:4].hex(' ')}" if content else "is empty"
        raise InputError(f"{path} is no MIDI file: it {told}; give a file that ends in .mid")
    try:
        with warnings.catch_warnings():  # of a key that is named in another than the first track
            warnings.simplefilter("ignore")
            return midi.PrettyMIDI(io.BytesIO(content))
    except (*BROKEN, _bad_key()) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path} is cut off or damaged ({reason}): fetch it again") from None


def _marks(song) -> list:
    return [mark for mark in song.text_events if mark.text == "end"]


def _frames(note, dt: float) -> tuple[int, int]:
    return _frame(note.start, dt), _frame(note.end, dt)


def _frame(time: float, dt: float) -> int:
    """The first frame whose time is not before this one."""
    return max(0, math.ceil(time / dt - SLACK))
