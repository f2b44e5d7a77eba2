"""A text that goes on."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import scipy

from dltut.datasets.kinds import Characters, Classes
from dltut.models import Writer, score_function
from dltut.nn import errors, negative_log_likelihood
from dltut.tasks.task import Task
from dltut.viz import text_picture

SHOWN = 1200  # characters of the test text
PER_BIT = np.log(2)


@dataclass(frozen=True)
class Writing(Task):
    """Which character comes next; an answer is a text that goes on with the one that was given.

    Parameters
    ----------
    inputs : Characters
    targets : Classes
        The characters.
    temperature : float
        Of what is written: below 1 the writer dares less, above 1 more.
    length : int
        How many characters an answer has.
    seed : int
        Of the characters that are drawn.

    Examples
    --------
    >>> letters = ("a", "b", "n")
    >>> task = Writing(Characters(letters, 3), Classes(letters))
    >>> task.line(np.array([1, 0, 2, 0]))
    'bana'
    """

    inputs: Characters
    targets: Classes
    temperature: float = 0.7
    length: int = 400
    seed: int = 1234

    watch: ClassVar[str] = "bits"

    def cost(self, scores, y):
        """The mean negative log-likelihood of a character, in nats."""
        return negative_log_likelihood(*_flat(scores, y))

    def measures(self, scores, y) -> dict:
        """Bits a character, the cost over log 2; and the share of wrong first guesses."""
        return {"bits": self.cost(scores, y) / PER_BIT, "error": errors(*_flat(scores, y))}

    def answer_function(self, model):
        """A function from rows of characters to what is written after each, (n, length)."""
        writer = Writer(model)

        def written(x):
            rng = np.random.default_rng(self.seed)
            return np.stack([writer(row, self.length, self.temperature, rng) for row in x])

        return written

    def line(self, answer, top=3) -> str:
        """The text that was written."""
        return self.inputs.text(answer)

    def picture(self, example, answer):
        """The text that was given, and on a darker ground what was written after it."""
        given = self.inputs.text(example.x.ravel().astype(int))
        marks = [0.0] * len(given) + [0.4] * len(answer)
        return text_picture(given + self.inputs.text(answer), marks, most=1.0)

    def pictures(self, model, split) -> dict:
        """The first rows of the test text, each character the darker the less it was expected."""
        n = -(-SHOWN // self.inputs.steps)
        rows, y = split.characters[:n], split.y[:n]
        scores = np.asarray(score_function(model)(rows))
        chances = scipy.special.log_softmax(scores, axis=-1)
        bits = -np.take_along_axis(chances, y[..., None], axis=-1)[..., 0] / PER_BIT
        title = f"how surprising each character was: dark is {8} bits or more"
        return {"surprise.png": text_picture(self.inputs.text(y.ravel()), bits.ravel(), title, 8.0)}


def _flat(scores, y):
    """(n, n_characters) and (n,), whatever the batch."""
    return scores.reshape((-1, scores.shape[-1])), y.ravel()
