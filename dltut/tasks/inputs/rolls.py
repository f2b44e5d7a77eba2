"""Pieces of music that a model is asked about."""

from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Rolls
from dltut.datasets.midi import read_midi
from dltut.exceptions import InputError
from dltut.tasks.inputs.reader import Example, Reader
from dltut.viz import piano_roll_picture


class RollReader(Reader):
    """Pieces of music: MIDI files, piano rolls."""

    def __init__(self, inputs: Rolls):
        expected = f"a MIDI file, or an array (n_frames, {inputs.n_notes}) of 0 and 1"
        super().__init__(inputs, (inputs.n_notes,), "piece", expected)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """The pieces of an array, or it alone."""
        return x if x.ndim == 3 else x[None]

    def examples(self, given, number):
        """The piece in a file, or an array that is one.

        Raises
        ------
        InputError
            If it is something else.
        """
        if isinstance(given, Image.Image | Mapping):
            raise InputError(f"piece {number} is no music: give {self.expected}")
        yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The piece in a MIDI file."""
        yield self.piece(read_midi(path, self.inputs), str(path))

    def array(self, given, number: int) -> Example:
        """A roll.

        Raises
        ------
        InputError
            If it is none.
        """
        roll = np.asarray(given)
        is_roll = roll.ndim == 2 and roll.shape[1] == self.inputs.n_notes and len(roll)
        if roll.dtype.kind not in "biuf" or not is_roll or not np.isin(roll, (0, 1)).all():
            raise InputError(f"piece {number} has shape {roll.shape}: give {self.expected}")
        return self.piece(roll.astype(np.float32), f"piece {number}")

    def piece(self, roll: np.ndarray, name: str) -> Example:
        """A roll (n_frames, n_notes) as an example of this name, with its picture."""
        shown = piano_roll_picture(roll, self.inputs.low, self.inputs.dt)
        return Example(name, shown, roll)
