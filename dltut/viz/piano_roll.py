"""Piano rolls: time runs to the right, pitch upwards, a bar is a note that sounds."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.machine.stretches import stretches
from dltut.viz.figure import BLUE, INK, ORANGE, drawn, sheet
from dltut.viz.later import collections

NAMES = "C C# D D# E F F# G G# A A# B".split()
BLACK = (1, 3, 6, 8, 10)  # keys of an octave
STRIPE, LINE = "#f2f2f2", "#d8d8d8"
WIDTH = 9.0  # inches


def note_name(number: int) -> str:
    """The name of a MIDI number, its octave behind it.

    Examples
    --------
    >>> note_name(60), note_name(69)
    ('C4', 'A4')
    """
    return f"{NAMES[number % 12]}{number // 12 - 1}"


@drawn
def piano_roll_picture(
    rolls: np.ndarray | Mapping[str, np.ndarray],
    low: int = 21,
    dt: float = 0.3,
    given: int = 0,
) -> Image.Image:
    """One piece of music or several below one another.

    Parameters
    ----------
    rolls : array of 0 and 1, shape (n_frames, n_notes), or {title: array}
    low : int
        MIDI number of the first column.
    dt : float
        Seconds of a frame.
    given : int
        So many frames at the beginning have another colour: what a model was given to go on from.

    Returns
    -------
    PIL image
        With the octaves that sound in any of the pieces, the keys of a piano as stripes.

    Raises
    ------
    InputError
        If there is no piece, or one is no matrix.
    """
    named = dict(rolls) if isinstance(rolls, Mapping) else {"": rolls}
    named = {title: np.asarray(roll) for title, roll in named.items()}
    wrong = next((each.shape for each in named.values() if each.ndim != 2 or not each.size), None)
    if not named or wrong is not None:
        raise InputError(
            f"{'no piece' if wrong is None else f'an array of shape {wrong}'} is no piano roll: "
            "give arrays of shape (n_frames, n_notes)"
        )
    bottom, top = _octaves(named.values(), low)
    longest = max(map(len, named.values()))
    figure = sheet(WIDTH, len(named) * (0.5 + 0.045 * (top - bottom)) + 0.4)
    every_axes = figure.subplots(len(named), squeeze=False)[:, 0]
    for axes, (title, roll) in zip(every_axes, named.items(), strict=True):
        _keyboard(axes, bottom, top)
        bars = [
            (_corners(left * dt, right * dt, low + column), colour)
            for column, start, end in stretches(roll)
            for left, right, colour in _coloured(start, end, given)
        ]
        if bars:  # as one thing: thousands of them would take half a minute
            corners, colours = zip(*bars, strict=True)
            notes = collections.PolyCollection(corners, facecolors=colours, linewidths=0)
            axes.add_collection(notes, autolim=False)
        if given:
            axes.axvline(given * dt, color=INK, linewidth=0.8)
        axes.set(xlim=(0, longest * dt), ylim=(bottom - 0.5, top - 0.5), title=title)
    every_axes[-1].set_xlabel("seconds")
    return figure


def _octaves(rolls, low: int) -> tuple[int, int]:
    """MIDI numbers of the lowest C that is drawn, and of the C above all notes."""
    sounding = [np.flatnonzero(roll.any(axis=0)) + low for roll in rolls]
    notes = np.concatenate([*sounding, [60] if not any(map(len, sounding)) else []]).astype(int)
    return int(notes.min()) // 12 * 12, int(notes.max()) // 12 * 12 + 12


def _keyboard(axes, bottom: int, top: int) -> None:
    for note in range(bottom, top):
        if note % 12 in BLACK:
            axes.axhspan(note - 0.5, note + 0.5, color=STRIPE, linewidth=0)
        elif note % 12 == 0:
            axes.axhline(note - 0.5, color=LINE, linewidth=0.8)
    octaves = range(bottom, top, 12)
    axes.set_yticks(octaves, [*map(note_name, octaves)])
    axes.tick_params(axis="y", length=0)


def _corners(left: float, right: float, note: int) -> list[tuple[float, float]]:
    """Of the bar of a note."""
    bottom, top = note - 0.42, note + 0.42
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def _coloured(start: int, end: int, given: int):
    """The parts of a note before and after what was given."""
    parts = (start, min(end, given), ORANGE), (max(start, given), end, BLUE)
    return [part for part in parts if part[0] < part[1]]
