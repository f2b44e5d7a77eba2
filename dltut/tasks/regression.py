"""Real numbers of an example."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds import Numbers, Pictures
from dltut.machine.shared import as_floatX
from dltut.nn import absolute_error, squared_error
from dltut.tasks.task import Task
from dltut.viz import agreement_picture


@dataclass(frozen=True)
class Regression(Task):
    """How large one or several numbers are; an answer is a number for each, in its own units.

    Parameters
    ----------
    inputs : Pictures or Numbers
    targets : Numbers
        With mean and scale if y was standardised; answers and measures take that back.

    Examples
    --------
    >>> height = Numbers(("height",), mean=(1.7,), scale=(0.1,))
    >>> task = Regression(Numbers(("age", "weight")), height)
    >>> [answer] = task.answer(np.array([[0.5]]))
    >>> task.line(answer)
    'height 1.750'
    """

    inputs: Pictures | Numbers
    targets: Numbers

    watch: ClassVar[str] = "squared_error"

    def cost(self, scores, y):
        """The squared error, of standardised numbers where y was standardised."""
        return squared_error(scores, y)

    def measures(self, scores, y) -> dict:
        """The squared error, and how far off an answer is on average, in the targets' own units."""
        scale = as_floatX(self.targets.scale or 1)
        own = scale * scores, scale * y
        return {"squared_error": squared_error(*own), "absolute_error": absolute_error(*own)}

    def answer(self, scores):
        """The numbers in their own units, shape (n, n_targets)."""
        return self.targets.original(np.asarray(scores).reshape(len(scores), -1))

    def line(self, answer, top=3) -> str:
        """Each number under its name, with three digits of what it varies by."""
        named = zip(self.targets.names, answer, self._digits(), strict=True)
        return ", ".join(f"{name} {number:,.{digits}f}" for name, number, digits in named)

    def row(self, answer) -> dict[str, str]:
        """Each number."""
        return {name: f"{y:.7g}" for name, y in zip(self.targets.names, answer, strict=True)}

    def pictures(self, model, split) -> dict:
        """Predicted numbers against true ones."""
        y = self.targets.original(split.y.reshape(len(split.y), -1))
        return {
            "predicted.png": agreement_picture(
                y, self.answers(model, self.rows(split)), self.targets.names
            )
        }

    def _digits(self):
        scales = self.targets.scale or [1] * len(self.targets.names)
        return [max(0, 2 - math.floor(math.log10(scale or 1))) for scale in scales]
