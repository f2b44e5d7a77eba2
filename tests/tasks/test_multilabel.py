"""A probability for each of several labels, none of which excludes another."""

from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from dltut import function
from dltut.datasets.kinds import Labels, Pictures
from dltut.models import LogisticRegression
from dltut.tasks import MultiLabel, read_examples

TASK = MultiLabel(Pictures((1, 2, 2)), Labels(("red", "sweet", "round")))


def test_cost_and_measures_against_numpy(rng):
    scores, y = rng.normal(size=(8, 3)), rng.integers(0, 2, (8, 3))
    s, t = pt.matrix("scores"), pt.imatrix("y")
    cost, error = function([s, t], [TASK.cost(s, t), *TASK.measures(s, t).values()])(
        scores, y.astype("int32")
    )
    p = expit(scores)
    assert cost == pytest.approx(-np.log(np.where(y, p, 1 - p)).sum(axis=1).mean())
    assert error == np.mean((p > 0.5) != y)
    assert list(TASK.measures(s, t)) == [TASK.watch] and TASK.lower


def test_words_and_rows():
    assert TASK.line([0.9, 0.2, 0.6]) == "red 90.00 %, round 60.00 %; not sweet 20.00 %"
    assert TASK.line([0.1, 0.2, 0.3], top=1) == "no label; not round 30.00 %"
    assert TASK.line([0.7, 0.8, 0.9]) == "round 90.00 %, sweet 80.00 %, red 70.00 %"
    assert TASK.row([0.9, 0.2, 0.6]) == {"red": "0.9", "sweet": "0.2", "round": "0.6"}


def test_answers_and_the_table_of_the_labels(rng):
    W, x = rng.normal(size=(4, 3)), rng.random((20, 4))
    model, y = LogisticRegression(4, 3, W=W), rng.integers(0, 2, (20, 3))
    np.testing.assert_allclose(TASK.answers(model, x), expit(x @ W))
    drawn = TASK.pictures(model, SimpleNamespace(x=x, y=y))
    assert list(drawn) == ["labels.png"] and np.asarray(drawn["labels.png"]).std() > 5


def test_every_label_that_holds_stands_out():
    [example] = read_examples(np.linspace(0, 1, 4), TASK.inputs)

    def share_of_orange(answer):
        drawing = np.asarray(TASK.picture(example, np.array(answer)))
        return ((drawing[..., 0] > 200) & (drawing[..., 2] < 80)).mean()

    one, two = share_of_orange([0.9, 0.1, 0.1]), share_of_orange([0.9, 0.1, 0.9])
    assert two == pytest.approx(2 * one, rel=0.1) and one > 0
    assert share_of_orange([0.4, 0.3, 0.2]) == 0
