"""A class for every pixel of a picture, or every step of a series."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytensor.tensor as pt
from PIL import Image

from dltut.datasets.base import Split
from dltut.datasets.kinds import VOID, Masks, Pictures, Series
from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.measured import Measured, measured_parts
from dltut.nn import negative_log_likelihood
from dltut.tasks.task import Task
from dltut.viz import (
    confusion_matrix,
    confusion_picture,
    label_image,
    overlay_picture,
    save_picture,
    strips_picture,
)

MEASURES = ("iou", "accuracy")
N_SHOWN = 6  # examples in a picture
CERTAIN = 1e4  # a score that costs nothing


@dataclass(frozen=True)
class Segmentation(Task):
    """Which class each pixel has; an answer is the number of a class for each.

    Parameters
    ----------
    inputs : Pictures or Series
    targets : Masks

    Notes
    -----
    Of a class, the *intersection over union* is the number of pixels that have it and were given
    it, over the number that have it or were given it. Both are counted over a whole split, then
    divided, then averaged over the classes that occur. Void pixels count nowhere.

    Examples
    --------
    >>> task = Segmentation(Pictures((1, 1, 4)), Masks(("sea", "land")))
    >>> counts = task.counts(np.array([[0, 0, 1, -1]]), np.array([[0, 1, 1, 1]]))
    >>> task.intersection_over_union(counts), task.accuracy(counts)
    (array([0.5, 0.5]), 0.6666666666666666)
    """

    inputs: Pictures | Series
    targets: Masks

    watch: ClassVar[str] = "iou"
    lower: ClassVar[bool] = False

    def cost(self, scores, y):
        """The mean negative log-likelihood over all pixels of the batch that are not void.

        Parameters
        ----------
        scores : variable, shape (batch, n_classes, rows, columns) or (batch, n_classes, steps)
        y : integer variable, shape (batch, rows, columns) or (batch, steps)
        """
        rows, labels = _flat(scores, y)
        counts = pt.neq(labels, VOID)
        certain = pt.as_tensor(np.eye(1, len(self.targets.names), dtype=rows.dtype) * CERTAIN)
        rows = pt.where(counts[:, None], rows, certain)
        mean = negative_log_likelihood(rows, pt.maximum(labels, 0))
        n_counted = pt.maximum(counts.sum(), 1)
        return mean * (labels.shape[0] / n_counted).astype(mean.dtype)

    def measures(self, scores, y) -> dict:
        """The share of the batch's pixels whose class is not the most probable one.

        `pixel_measures` has what is counted over a whole split.
        """
        rows, labels = _flat(scores, y)
        counts = pt.neq(labels, VOID)
        wrong = pt.neq(rows.argmax(axis=1), labels) & counts
        n_counted = pt.maximum(counts.sum(dtype="float64"), 1)
        return {"error": wrong.sum(dtype="float64") / n_counted}

    def pixel_measures(
        self, model, splits: Mapping[str, Split], batch_size: int = 8
    ) -> dict[str, Measured]:
        """Mean intersection over union and accuracy, each over the whole of a split.

        Parameters
        ----------
        model : model
        splits : dict
            {name: split} in main memory, such as ``{"valid": data.valid, "test": data.test}``.
        batch_size : int
            Examples that are looked at together.

        Returns
        -------
        dict
            {"valid_iou": measure, "valid_accuracy": ...}: what `dltut.training.Monitor` watches.
        """
        answers = self.answer_function(model)
        joint = {part: _Joint(self, answers, each, batch_size) for part, each in splits.items()}
        return measured_parts(joint, MEASURES)

    def counts(self, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        """How many pixels of each class (row) were given each class (column); void is left out."""
        counted = np.asarray(y) != VOID
        n = len(self.targets.names)
        pairs = np.asarray(y)[counted] * n + np.asarray(predicted)[counted]
        return np.bincount(pairs, minlength=n * n).reshape(n, n)

    def intersection_over_union(self, counts: np.ndarray) -> np.ndarray:
        """Of each class, (n_classes,); NaN for one that neither occurs nor was said."""
        right = np.diagonal(counts).astype(float)
        either = counts.sum(0) + counts.sum(1) - right
        return np.divide(right, either, out=np.full(len(right), np.nan), where=either > 0)

    def mean_iou(self, counts: np.ndarray) -> float:
        """The mean over the classes that occur or were said."""
        of_classes = self.intersection_over_union(counts)
        return float(np.nanmean(of_classes)) if np.isfinite(of_classes).any() else 0.0

    def accuracy(self, counts: np.ndarray) -> float:
        """The share of pixels that were given their class."""
        return float(np.trace(counts) / max(counts.sum(), 1))

    def answer(self, scores: np.ndarray) -> np.ndarray:
        """The most probable class of each pixel, (n, rows, columns) or (n, steps)."""
        return scores.argmax(axis=1)

    def answer_function(self, model) -> Callable[[np.ndarray], np.ndarray]:
        """A compiled function from rows of x, or whole pictures of any sizes, to their classes."""
        if isinstance(self.inputs, Series):
            x, shape = pt.tensor3("x"), self.inputs.shape
        else:
            x, shape = pt.tensor4("x"), self.inputs.shape
        scores = function([x], model(x).argmax(axis=1).astype("int32"), name="the prediction")

        def answers(given):
            if getattr(given, "dtype", np.dtype(float)).kind != "O":
                return np.asarray(scores(np.asarray(given, x.dtype).reshape(-1, *shape)))
            found = np.empty(len(given), dtype=object)
            found[:] = [np.asarray(scores(np.asarray(each[None], x.dtype)))[0] for each in given]
            return found

        return answers

    def answers(self, model, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """The model's answers to all rows of x, some at a time.

        Parameters
        ----------
        model : model
        x : array, shape (n, n_inputs)
        batch_size : int
        """
        return super().answers(model, x, batch_size)

    def line(self, answer, top: int = 3) -> str:
        """How much of the picture each class covers, the largest first."""
        shares = np.bincount(np.ravel(answer), minlength=len(self.targets.names)) / np.size(answer)
        order = np.argsort(-shares, kind="stable")[:top]
        return ", ".join(f"{self.targets.names[k]} {100 * shares[k]:.1f} %" for k in order)

    def row(self, answer) -> dict[str, str]:
        """The share of each class."""
        shares = np.bincount(np.ravel(answer), minlength=len(self.targets.names)) / np.size(answer)
        names = zip(self.targets.names, shares, strict=True)
        return {f"share({name})": f"{share:.6g}" for name, share in names}

    def picture(self, example, answer):
        """What was given, and the classes laid over it."""
        if isinstance(self.inputs, Series):
            shown = self.inputs.original(example.x)[0]
            return strips_picture(shown, [answer], self.targets.names, self.inputs.names)
        answer = self._as_given(example, answer)
        pixels = np.asarray(example.given.convert("RGB")) / 255
        return overlay_picture([pixels], {"found": [answer]}, self.targets.names, self._colours)

    def files(self, example, answer) -> dict[str, Callable]:
        """The mask in the classes' colours, and a picture whose grey levels are their numbers.

        Parameters
        ----------
        example : Example
        answer : array
        """
        if isinstance(self.inputs, Series):
            return {}
        labels = self._as_given(example, answer)
        n = len(self.targets.names)
        coloured = label_image(labels, n, self._colours)
        numbered = Image.fromarray(labels.astype(np.uint8 if n <= 256 else np.uint16))
        return {
            ".mask.png": lambda path: save_picture(path, coloured),
            ".labels.png": lambda path: save_picture(path, numbered),
        }

    def pictures(self, model, split) -> dict:
        """The classes of some examples beside the true ones, and which are taken for which."""
        found = self.answers(model, self.rows(split))
        names, some = self.targets.names, np.linspace(0, len(split) - 1, N_SHOWN).astype(int)
        some = np.unique(some)
        counted = split.y != VOID
        counts = confusion_matrix(split.y[counted], found[counted], len(names))
        drawn = {"confusion.png": confusion_picture(counts, names)}
        if isinstance(self.inputs, Series):
            shown, row = self.inputs.original(split.x[some[0]])[0], some[0]
            strips = [split.y[row], found[row]]
            picture = strips_picture(shown, strips, names, self.inputs.names, ("true", "found"))
            return drawn | {"strips.png": picture}
        channels = self.inputs.shape[0]
        pixels = split.x[some].reshape(-1, *self.inputs.shape).transpose(0, 2, 3, 1)
        pixels = (pixels / self.inputs.white).clip(0, 1).repeat(3 // channels, axis=3)
        labels = {"true": split.y[some], "found": found[some]}
        return drawn | {"overlays.png": overlay_picture(pixels, labels, names, self._colours)}

    @property
    def _colours(self):
        return self.targets.colours or None

    def _as_given(self, example, answer) -> np.ndarray:
        """The classes of the given picture's own pixels, if it was resized."""
        rows, columns = example.given.height, example.given.width
        down, right = (
            np.arange(n) * m // n for n, m in zip((rows, columns), answer.shape, strict=True)
        )
        return answer[np.ix_(down, right)]


class _Joint:
    """A pass over a split, for all measures at once: what is counted is added up, then divided."""

    n_batches = 1

    def __init__(self, task: Segmentation, answers: Callable, split: Split, batch_size: int):
        self.task, self.answers, self.split, self.batch_size = task, answers, split, batch_size
        self.n_examples = int((split.y != VOID).sum())
        if not self.n_examples:
            raise InputError(
                f"all pixels of the {split.part} masks are void: there is nothing to measure on"
            )

    def __call__(self, index: int) -> list[float]:
        return self._measured(range(0, 1))

    def means(self) -> list[float]:
        return self._measured(range(0, len(self.split), self.batch_size))

    def _measured(self, starts) -> list[float]:
        x, y, n = self.task.rows(self.split), self.split.y, len(self.task.targets.names)
        counts = np.zeros((n, n), dtype=np.int64)
        for start in starts:
            rows = slice(start, start + self.batch_size)
            counts += self.task.counts(y[rows], self.answers(x[rows]))
        return [self.task.mean_iou(counts), self.task.accuracy(counts)]


def _flat(scores, y):
    """The scores of all pixels, (n, n_classes), and their labels, (n,)."""
    axes = (0, *range(2, scores.ndim), 1)
    n_classes = scores.type.shape[1]
    rows = scores.dimshuffle(axes)
    return rows.reshape((-1, scores.shape[1] if n_classes is None else n_classes)), y.flatten()
