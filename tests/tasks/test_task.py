"""A task of one's own, in as few lines as the page on one's own parts asks for."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from PIL import Image

from dltut.datasets.kinds import Labels, Numbers, Pictures
from dltut.models import LogisticRegression
from dltut.tasks import Task, read_examples, task_from


@dataclass(frozen=True)
class Counting(Task):
    """How many things there are; the answer is a whole number."""

    largest: int = 9

    watch: ClassVar[str] = "exact"
    lower: ClassVar[bool] = False

    def cost(self, scores, y):
        return (pt.exp(scores[:, 0]) - y * scores[:, 0]).mean()

    def measures(self, scores, y):
        return {"exact": pt.eq(pt.round(pt.exp(scores[:, 0])), y).mean()}

    def answer(self, scores):
        return np.exp(scores[:, 0]).round().clip(0, self.largest)

    def line(self, answer, top=3):
        return f"{answer:.0f} of them"


def test_its_facts_make_it_again():
    task = Counting(Pictures((1, 2, 3)), Labels(("a", "b")), largest=5)
    facts = {"dataset": "apples", "model": "MLP", **task.facts}
    assert facts["task"] == "Counting" and facts["largest"] == 5
    assert task_from(facts, names=[Counting]) == task
    assert Counting(Numbers(("a",))) == task_from(Counting(Numbers(("a",))).facts, names=[Counting])


def test_what_it_does_not_say_has_a_default():
    task = Counting(Pictures((1, 2, 3)))
    [example] = read_examples(np.linspace(0, 1, 6), task.inputs)
    drawing = task.picture(example, np.float32(3))
    assert isinstance(drawing, Image.Image) and drawing.width > drawing.height
    assert task.row(3.0) == {"answer": "3 of them"} and task.pictures(None, None) == {}


def test_answers_come_in_batches(rng):
    """The same whatever the size of the batches, the last of which is smaller."""
    x = rng.random((7, 6)).astype("float32")
    W = rng.normal(size=(6, 1)).astype("float32")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float32"):
        model = LogisticRegression(6, 1, W=W)
        answers = Counting(Pictures((1, 2, 3))).answers(model, x, batch_size=3)
    np.testing.assert_array_equal(answers, np.exp(x @ W)[:, 0].round().clip(0, 9))


def test_a_task_that_says_nothing():
    with pytest.raises(NotImplementedError):
        Task(Pictures()).cost(*[SimpleNamespace()] * 2)
