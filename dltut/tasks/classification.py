"""One class an example."""

from dataclasses import dataclass

import numpy as np
import scipy

from dltut.datasets.kinds import Classes, Numbers, Pictures
from dltut.nn import errors, negative_log_likelihood
from dltut.tasks.task import Task
from dltut.viz import confusion_matrix, confusion_picture, mistakes_picture, prediction_picture


@dataclass(frozen=True)
class Classification(Task):
    """Which of several classes an example belongs to; an answer is a probability for each.

    Parameters
    ----------
    inputs : Pictures or Numbers
    targets : Classes

    Examples
    --------
    >>> task = Classification(Numbers(("length", "width")), Classes(("ant", "cat", "cow")))
    >>> [answer] = task.answer(np.log([[0.05, 0.8, 0.15]]))
    >>> task.line(answer)
    'cat 80.00 %, then cow 15.00 %, ant 5.00 %'
    """

    inputs: Pictures | Numbers
    targets: Classes

    def cost(self, scores, y):
        """The mean negative log-likelihood."""
        return negative_log_likelihood(scores, y)

    def measures(self, scores, y) -> dict:
        """The error: the share of examples whose class is not the most probable one."""
        return {"error": errors(scores, y)}

    def answer(self, scores):
        """Probabilities, shape (n, n_classes): the softmax of the scores."""
        return scipy.special.softmax(scores, axis=1)

    def ranked(self, answer, n: int | None = None) -> list[tuple[str, float]]:
        """Names and probabilities of the `n` most probable classes, or of all, the surest first."""
        order = np.argsort(-answer, kind="stable")[:n]
        return [(self.targets.names[k], float(answer[k])) for k in order]

    def line(self, answer, top=3) -> str:
        """The most probable class, and the runners-up."""
        first, *others = (f"{name} {100 * p:.2f} %" for name, p in self.ranked(answer, top))
        return first + f", then {', '.join(others)}" * bool(others)

    def row(self, answer) -> dict[str, str]:
        """The most probable class, and the probability of each."""
        [(best, _)] = self.ranked(answer, 1)
        chances = zip(self.targets.names, answer, strict=True)
        return {"predicted": best} | {f"p({name})": f"{p:.6g}" for name, p in chances}

    def picture(self, example, answer):
        """The picture, what the network saw of it, and bars of probabilities."""
        return prediction_picture(example.given, example.x, answer, self.targets.names)

    def pictures(self, model, split) -> dict:
        """The confusions, and of pictures the mistakes of which the model was surest."""
        probabilities = self.answers(model, self.rows(split))
        names = self.targets.names
        counts = confusion_matrix(split.y, probabilities.argmax(axis=1), len(names))
        drawn = {"confusion.png": confusion_picture(counts, names)}
        if isinstance(self.inputs, Pictures):
            shape = self.inputs.shape
            drawn["mistakes.png"] = mistakes_picture(split.x, split.y, probabilities, shape, names)
        return drawn
