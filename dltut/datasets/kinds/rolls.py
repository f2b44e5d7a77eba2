"""Rows that are pieces of music."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds.kind import Kind, padded
from dltut.exceptions import InputError


@dataclass(frozen=True)
class Rolls(Kind):
    """Pieces of music as piano rolls: a row of 0 and 1 a frame, a column a note.

    Parameters
    ----------
    low, high : int
        MIDI numbers of the lowest note and of the one above the highest: 21 and 109 are the 88 keys
        of a piano, 60 is the middle C.
    dt : float
        Seconds of a frame.

    Examples
    --------
    >>> rolls = Rolls()
    >>> rolls.n_notes
    88
    >>> rolls.stacked([np.ones((2, 88)), np.ones((5, 88))]).shape
    (2, 5, 88)
    """

    low: int = 21
    high: int = 109
    dt: float = 0.3

    column: ClassVar[str] = "frames"

    def __post_init__(self):
        whole = all(isinstance(each, int | np.integer) for each in (self.low, self.high))
        if not whole or not 0 <= self.low < self.high <= 128:
            raise InputError(
                f"notes from {self.low} to {self.high}: expected 0 <= low < high <= 128, such as "
                "21 and 109, the keys of a piano"
            )
        if not isinstance(self.dt, int | float) or not 0.001 <= self.dt <= 60:
            raise InputError(f"dt is {self.dt}; it is the seconds of a frame, 0.001 to 60")

    def __str__(self) -> str:
        return f"piano rolls of {self.n_notes} notes, {self.dt:g} s a frame"

    @property
    def n_notes(self) -> int:
        """How many notes a frame has."""
        return self.high - self.low

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Rolls of different lengths as one array, (n, longest, n_notes), silent after the end."""
        return padded(rows, 0, "float32", (self.n_notes,))

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rolls as float32, if they have as many notes, each 0 or 1.

        Raises
        ------
        InputError
            If they do not.
        """
        if values.ndim != 3 or values.shape[2] != self.n_notes:
            raise InputError(
                f"{part} frames of shape {values.shape}; expected (n, longest, {self.n_notes})"
            )
        if not ((values == 0) | (values == 1)).all():
            raise InputError(f"{part} frames hold other numbers than 0, silent, and 1, sounding")
        return values.astype(np.float32, copy=False)
