"""Pieces of music as a data set: made-up tunes, chorales, folders of MIDI files."""

import json
from collections.abc import Sequence
from numbers import Real
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import PARTS, Dataset, Split
from dltut.datasets.kinds import Rolls
from dltut.datasets.midi import read_midi
from dltut.datasets.sources import expanded
from dltut.datasets.tunes import tunes
from dltut.exceptions import InputError, nearest
from dltut.machine import config
from dltut.machine.checks import check_counts
from dltut.machine.files import open_unpacked
from dltut.machine.notices import say, spinner
from dltut.machine.pickles import load_arrays

NAMES = ("auto", "tunes", "jsb", "nottingham")
MIDI_ENDINGS = (".mid", ".midi")
PICKLE_ENDINGS = (".pickle", ".pkl", ".pickle.gz", ".pkl.gz")
SHARE = 6  # one piece of so many is held for validation, and one for testing
LONGEST = 100  # frames of a piece to train on, as published
QUICK = (24, 6, 6)


def load(
    dataset: str | PathLike = "auto",
    data_dir: str | PathLike | None = None,
    quick: bool = False,
    *,
    rolls: Rolls | None = None,
    longest: int = LONGEST,
    seed: int = 1234,
) -> Dataset:
    """Pieces of music by name, or from a file or folder.

    Parameters
    ----------
    dataset : {"auto", "tunes", "jsb", "nottingham"} or path
        "tunes" are made up. The others are looked for in the data folder; "auto" is the chorales,
        "jsb", where it has them, and the tunes elsewhere. A path leads to a folder
        of MIDI files, perhaps in the subfolders train, valid and test; to a JSON file or a pickle
        with these three, each a list of pieces, a piece a list of frames, a frame a list of MIDI
        numbers; or to a folder with one such file.
    data_dir : path, optional
        The data folder, else the configured one.
    quick : bool
        Only a few pieces, to see that something runs.
    rolls : Rolls, optional
        Which notes, and the seconds of a frame. Lists of notes are taken as they are: their frames
        last what they last.
    longest : int
        Pieces to train on are cut so that none has more frames.
    seed : int
        Of the draw into three parts where a folder has none, and of the tunes.

    Returns
    -------
    Dataset
        Columns ``frames`` (n, longest, n_notes), silent after the end of a piece, and ``length``.
        Pieces stand in the order of their lengths in valid and test.

    Raises
    ------
    InputError
        If there is nothing of that name, or it is damaged or no music.

    Examples
    --------
    >>> data = load("tunes")
    >>> data
    Dataset(tunes: 72 / 18 / 18 examples, piano rolls of 88 notes, 0.3 s a frame)
    >>> data.test.frames.shape, int(data.test.length.max())
    ((18, 64, 88), 64)
    """
    rolls = rolls or Rolls()
    check_counts("frames", longest=longest)
    name, path = str(dataset), None
    if name == "auto":
        name = dataset = "jsb" if (config.data_dir(data_dir) / "jsb").is_dir() else "tunes"
    if name != "tunes":
        path = _place(dataset, data_dir)
        name = name if name in NAMES else path.resolve().stem
    parts = tunes(seed, rolls=rolls) if path is None else read_parts(path, rolls, seed, quick)
    if quick:
        parts = [part[:n] for part, n in zip(parts, QUICK, strict=True)]
    train, *held = parts
    train = [each for roll in train for each in pieces(roll, longest)]
    splits = [split_of(part, rolls) for part in (train, *(sorted(each, key=len) for each in held))]
    return Dataset(*splits, name, rolls)


def split_of(pieces: Sequence[np.ndarray], rolls: Rolls) -> Split:
    """Rolls (n_frames, n_notes) of any lengths as a split of the columns frames and length."""
    return Split(frames=rolls.stacked(pieces), length=np.array([*map(len, pieces)]))


def pieces(roll: np.ndarray, longest: int) -> list[np.ndarray]:
    """A roll (n_frames, n_notes) cut into rolls of `longest` frames; the last may be shorter."""
    return [roll[start : start + longest] for start in range(0, len(roll), longest)]


def holds_music(path: Path) -> bool:
    """Whether a path leads to MIDI files: one, a folder of them, or a folder of three parts."""
    return bool(_midi_files(path) or _in_parts(path))


def read_parts(path: Path, rolls: Rolls, seed: int = 1234, quick: bool = False) -> list:
    """The piano rolls at a path, in three parts.

    Parameters
    ----------
    path : path
        See `load`.
    rolls : Rolls
    seed : int
        Of the draw into parts where there are none.
    quick : bool
        Read no more than a few.

    Returns
    -------
    list of three lists of float32 arrays, shape (n_frames, n_notes)

    Raises
    ------
    InputError
        As `load`.
    """
    if path.is_dir():
        parts = _in_parts(path) or _drawn(_midi_files(path), seed)
        if parts:
            chosen = [part[:n] for part, n in zip(parts, QUICK, strict=True)] if quick else parts
            with spinner(f"reading {sum(map(len, chosen)):,} MIDI files"):
                return [_readable(part, rolls) for part in chosen]
        path = _only_list(path)
    if path.name.endswith(MIDI_ENDINGS):
        raise InputError(f"{path} is one piece: give the folder that holds it and others")
    return _listed(path, rolls)


def roll_of(frames: Sequence[Sequence[int]], rolls: Rolls, name: str = "a piece") -> np.ndarray:
    """The piano roll of frames that list their notes, (n_frames, n_notes).

    Parameters
    ----------
    frames : list of lists of int
        MIDI numbers, from 0 to 127; those below `rolls.low` or not below `rolls.high` are left out.
    rolls : Rolls
    name : str
        Of the piece, for messages.

    Raises
    ------
    InputError
        If a note is no MIDI number, or there is no frame.

    Examples
    --------
    >>> roll = roll_of([[60, 64, 67], [], [60]], Rolls())
    >>> notes_of(roll, Rolls())
    [[60, 64, 67], [], [60]]
    """
    if not isinstance(frames, list | tuple | np.ndarray) or not len(frames):
        raise InputError(f"{name} has no frames: expected a list of lists of MIDI numbers")
    counts, notes = [], []
    for t, given in enumerate(frames):
        try:
            found = given.ravel().tolist() if isinstance(given, np.ndarray) else [*given]
        except TypeError:
            found = [None]
        if not all(map(_is_note, found)):
            raise InputError(
                f"{name}, frame {t}: its notes are no MIDI numbers, expected a list of 0 to 127"
            )
        counts.append(len(found))
        notes += found
    times = np.repeat(np.arange(len(frames)), counts)
    notes = np.array(notes, dtype=np.int64)
    inside = (notes >= rolls.low) & (notes < rolls.high)
    roll = np.zeros((len(frames), rolls.n_notes), np.float32)
    roll[times[inside], notes[inside] - rolls.low] = 1
    return roll


def notes_of(roll: np.ndarray, rolls: Rolls) -> list[list[int]]:
    """The MIDI numbers that sound in each frame of a roll (n_frames, n_notes)."""
    return [(np.flatnonzero(frame) + rolls.low).tolist() for frame in np.asarray(roll)]


def _is_note(number) -> bool:
    return isinstance(number, Real) and 0 <= number <= 127 and number == int(number)


def _place(dataset: str | PathLike, data_dir) -> Path:
    path = expanded(dataset)
    if str(dataset) in NAMES and not path.exists():
        path = config.data_dir(data_dir) / str(dataset)
    if not path.exists():
        if str(dataset) in NAMES:
            raise InputError(
                f"no {path.absolute()}: put the MIDI files of {dataset} there, or its lists of "
                "chords, or take the built-in tunes"
            )
        raise InputError(
            f"no music {str(dataset)!r}: {nearest(str(dataset), NAMES)}, or a path; "
            f"looked in {path.parent.absolute()}"
        )
    return path


def _midi_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.name.lower().endswith(MIDI_ENDINGS) else []
    return sorted(each for each in path.iterdir() if each.name.lower().endswith(MIDI_ENDINGS))


def _in_parts(path: Path) -> list[list[Path]] | None:
    """The MIDI files of the subfolders train, valid and test, if there are all three."""
    parts = [_midi_files(path / part) if (path / part).is_dir() else [] for part in PARTS]
    return parts if all(parts) else None


def _drawn(files: list[Path], seed: int) -> list[list[Path]] | None:
    """Files drawn into three parts; None if there are none."""
    if not files:
        return None
    if len(files) < 3:
        raise InputError(f"{files[0].parent} holds {len(files)} MIDI files; three parts need 3")
    order = np.random.default_rng(seed).permutation(len(files))
    n = max(1, len(files) // SHARE)
    valid, test, train = np.split(order, [n, 2 * n])
    return [[files[i] for i in sorted(part)] for part in (train, valid, test)]


def _readable(files: list[Path], rolls: Rolls) -> list[np.ndarray]:
    """The rolls of files; those that cannot be read are named and left out, but not all."""
    found, bad = [], []
    for path in files:
        try:
            found.append(read_midi(path, rolls))
        except InputError as error:
            bad.append(error)
    if not found:
        raise bad[0]
    if bad:
        say(f"left out {len(bad)} of {len(files)} files, such as: {bad[0]}")
    return found


def _only_list(folder: Path) -> Path:
    endings = (".json", *PICKLE_ENDINGS)
    files = [each for each in sorted(folder.iterdir()) if each.name.endswith(endings)]
    if len(files) != 1:
        raise InputError(
            f"{folder} holds no MIDI files, and {len(files)} JSON files or pickles: give a folder "
            "of MIDI files, or one file of pieces"
        )
    return files[0]


def _listed(path: Path, rolls: Rolls) -> list[list[np.ndarray]]:
    """The pieces of a JSON file or pickle of lists of notes, as three lists of rolls."""
    if path.name.endswith(PICKLE_ENDINGS):
        content = load_arrays(path)
    else:
        with open_unpacked(path) as file:
            try:
                content = json.loads(file.read())
            except (ValueError, RecursionError, OSError, EOFError) as error:
                reason = str(error).partition("\n")[0]
                raise InputError(f"{path} is no JSON file ({reason}): fetch it again") from None
    if not isinstance(content, dict) or not all(
        isinstance(content.get(part), list | tuple) and len(content[part]) for part in PARTS
    ):
        raise InputError(f"{path}: expected train, valid and test, each a list of pieces")
    return [
        [
            roll_of(piece, rolls, f"{path}, {part} piece {i}")
            for i, piece in enumerate(content[part])
        ]
        for part in PARTS
    ]
