"""Numbers in their own units, whatever units the network learned in."""

from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.datasets.kinds import Numbers, Pictures
from dltut.models import LogisticRegression
from dltut.tasks import Regression, read_examples

TABLE = Numbers(("a", "b", "c"))
ONE = Regression(TABLE, Numbers(("price",), (100.0,), (20.0,)))
TWO = Regression(TABLE, Numbers(("price", "size"), (100.0, 0.5), (20.0, 0.01)))


@pytest.mark.parametrize("task, variable", [(ONE, pt.vector), (ONE, pt.matrix), (TWO, pt.matrix)])
def test_cost_and_measures_against_numpy(task, variable, rng):
    """Whether one target comes as a vector or as a column, numbers are paired row by row."""
    k = len(task.targets.names)
    scores, y = rng.normal(size=(2, 6, k))
    s, t = pt.matrix("scores"), variable("y")
    measures = task.measures(s, t)
    found = function([s, t], [task.cost(s, t), *measures.values()])(
        scores, y if t.ndim == 2 else y[:, 0]
    )
    own, true = (task.targets.original(each) for each in (scores, y))
    assert found[0] == pytest.approx(((scores - y) ** 2).sum(axis=1).mean())
    assert found[1] == pytest.approx(((own - true) ** 2).sum(axis=1).mean())
    assert found[2] == pytest.approx(np.abs(own - true).mean())
    assert list(measures) == ["squared_error", "absolute_error"]
    assert task.watch == "squared_error" and task.lower


def test_answers_are_in_their_own_units(rng):
    W, x = rng.normal(size=(3, 2)), rng.random((5, 3))
    answers = TWO.answers(LogisticRegression(3, 2, W=W), x)
    np.testing.assert_allclose(answers, x @ W * [20, 0.01] + [100, 0.5])
    assert ONE.answer(np.array([0.5, 1.0])).tolist() == [[110], [120]]
    assert Regression(TABLE, Numbers(("n",))).answer(np.ones((1, 1))).tolist() == [[1]]


def test_words_have_the_digits_that_vary():
    assert TWO.line([1234.5678, 0.51234]) == "price 1,234.6, size 0.5123"
    assert ONE.row([123.456789]) == {"price": "123.4568"}
    assert Regression(TABLE, Numbers(("n",), (0.0,), (3000.0,))).line([7654.3]) == "n 7,654"


def test_predicted_numbers_against_true_ones(rng):
    model = LogisticRegression(3, 1, W=rng.normal(size=(3, 1)))
    x = rng.random((30, 3))
    y = x @ model.W.get_value()[:, 0]
    perfect, bad = (
        ONE.pictures(model, SimpleNamespace(x=x, y=each)) for each in (y, rng.permutation(y))
    )
    assert list(perfect) == ["predicted.png"]
    assert np.asarray(perfect["predicted.png"]).std() > 5
    assert np.any(np.asarray(perfect["predicted.png"]) != np.asarray(bad["predicted.png"]))


def test_a_picture_that_has_a_number():
    task = Regression(Pictures((1, 2, 3)), ONE.targets)
    [example] = read_examples(np.linspace(0, 1, 6), task.inputs)
    first, second = (np.asarray(task.picture(example, [n])) for n in (10.0, 20.0))
    differ = np.argwhere((first != second).any(axis=2))
    assert differ[:, 0].max() < 40  # the number stands above the pictures
