"""Any number of labels an example."""

from dataclasses import dataclass

import numpy as np
import scipy

from dltut.datasets.kinds import Labels, Numbers, Pictures
from dltut.nn import binary_cross_entropy, label_errors
from dltut.tasks.task import Task
from dltut.viz import label_picture, prediction_picture


@dataclass(frozen=True)
class MultiLabel(Task):
    """Which of several labels an example has, none or all of them; a probability for each.

    Parameters
    ----------
    inputs : Pictures or Numbers
    targets : Labels

    Examples
    --------
    >>> task = MultiLabel(Numbers(("weight",)), Labels(("red", "sweet", "round")))
    >>> [answer] = task.answer(np.array([[2.0, -1.0, 1.0]]))
    >>> task.line(answer)
    'red 88.08 %, round 73.11 %; not sweet 26.89 %'
    """

    inputs: Pictures | Numbers
    targets: Labels

    def cost(self, scores, y):
        """The binary cross-entropy of the labels, summed over these, averaged over the batch."""
        return binary_cross_entropy(scores, y)

    def measures(self, scores, y) -> dict:
        """The error: the share of all labels that are wrong."""
        return {"error": label_errors(scores, y)}

    def answer(self, scores):
        """Probabilities, shape (n, n_labels): the sigmoid of the scores."""
        return scipy.special.expit(scores)

    def line(self, answer, top=3) -> str:
        """The labels that are more probable than not, and the nearest of those that are not."""
        order = np.argsort(-np.asarray(answer), kind="stable")
        words = [f"{self.targets.names[k]} {100 * answer[k]:.2f} %" for k in order]
        n = sum(p > 0.5 for p in answer)
        others = words[n : max(top, n + 1)]
        return (", ".join(words[:n]) or "no label") + f"; not {', '.join(others)}" * bool(others)

    def row(self, answer) -> dict[str, str]:
        """The probability of each label."""
        return {name: f"{p:.6g}" for name, p in zip(self.targets.names, answer, strict=True)}

    def picture(self, example, answer):
        """The picture, what the network saw of it, and bars of probabilities."""
        names = self.targets.names
        return prediction_picture(example.given, example.x, answer, names, several=True)

    def pictures(self, model, split) -> dict:
        """A table of the labels: how often each was found and missed."""
        found = self.answers(model, self.rows(split)) > 0.5
        return {"labels.png": label_picture(split.y, found, self.targets.names)}
