"""Music that goes on."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds import Rolls
from dltut.datasets.midi import has_midi, write_midi
from dltut.machine.notices import say
from dltut.models.music.composing import Composer
from dltut.models.music.judging import frame_accuracy
from dltut.tasks.task import Task
from dltut.viz.piano_roll import note_name, piano_roll_picture

SHOWN = 100  # frames of a piece that a picture shows


@dataclass(frozen=True)
class Music(Task):
    """What comes after a piece of music; an answer is frames that the model has composed.

    Parameters
    ----------
    inputs : Rolls
    n_steps : int
        Frames to compose.
    seed : int
        Of the draws.

    Examples
    --------
    >>> task = Music(Rolls())
    >>> roll = np.zeros((200, 88))
    >>> roll[:3, [39, 43]] = 1
    >>> task.line(roll)
    '200 frames (60 s), 0.03 notes at a time from C4 to E4'
    """

    inputs: Rolls
    n_steps: int = 200
    seed: int = 1234

    targets: ClassVar[None] = None
    watch: ClassVar[str] = "log_likelihood"
    lower: ClassVar[bool] = False

    def answer_function(self, model):
        """A compiled function: rolls (n, longest, n_notes) in, (n, n_steps, n_notes) out.

        Silence at the end of a piece is taken for padding.
        """
        composer = Composer(model, 1, self.seed)
        return lambda frames: np.stack([composer(self.n_steps, _ended(roll))[0] for roll in frames])

    def line(self, answer, top=3) -> str:
        """How long it is, and which notes sound."""
        told = f"{len(answer)} frames ({len(answer) * self.inputs.dt:.4g} s)"
        notes = np.flatnonzero(np.asarray(answer).any(axis=0)) + self.inputs.low
        if not len(notes):
            return f"{told} of silence"
        names = f"from {note_name(notes[0])} to {note_name(notes[-1])}"
        return f"{told}, {np.sum(answer) / len(answer):.2f} notes at a time {names}"

    def row(self, answer) -> dict[str, str]:
        """The answer in words."""
        return {"composed": self.line(answer)}

    def picture(self, example, answer):
        """The end of what was given, and how it goes on, in another colour."""
        given = example.x[-SHOWN:]
        roll = np.concatenate([given, answer])
        title = f"{example.name}, and how it goes on"
        return piano_roll_picture({title: roll}, self.inputs.low, self.inputs.dt, len(given))

    def report(self, model, split) -> str:
        """How many notes of the frames are right that a model draws for a split, in words."""
        accuracy = frame_accuracy(model, split.frames, split.length, seed=self.seed)
        return f"accuracy of the frames drawn, {split.part}: {100 * accuracy:.2f} %"

    def pictures(self, model, split) -> dict:
        """Two pieces that the model composes, below one that it has not heard before."""
        composed = Composer(model, 2, self.seed)(SHOWN)
        heard = split.frames[-1][: min(SHOWN, split.length[-1])]
        rolls = {"not heard before": heard, "composed": composed[0], "composed, too": composed[1]}
        return {"music.png": piano_roll_picture(rolls, self.inputs.low, self.inputs.dt)}

    def write_songs(self, model, folder: Path, count: int = 2) -> None:
        """Write pieces that a model composes from nothing: sample1.mid, sample2.mid, ...

        Parameters
        ----------
        model : RNNRBM or RNNNADE
        folder : path
        count : int
            How many. Without the package that writes MIDI files there are none, which is said.
        """
        if not has_midi():
            say('no songs are written: MIDI files need pip install "dltut[music]"')
            return
        for number, roll in enumerate(Composer(model, count, self.seed)(self.n_steps), start=1):
            write_midi(folder / f"sample{number}.mid", roll, self.inputs)

    def files(self, example, answer) -> dict:
        """What is written beside the picture: {ending: function of a path}."""
        whole = np.concatenate([example.x, answer])
        return {".mid": lambda path: write_midi(path, whole, self.inputs)}


def _ended(roll: np.ndarray) -> np.ndarray:
    """A roll without the silence at its end."""
    sounding = np.flatnonzero(np.asarray(roll).any(axis=1))
    return roll[: sounding[-1] + 1] if len(sounding) else roll[:0]
