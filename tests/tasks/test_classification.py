"""Probabilities of classes, and the pictures of them; nothing of 4 numbers is drawn as 2 x 2."""

from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy.special import softmax

from dltut import function
from dltut.datasets.kinds import Classes, Numbers, Pictures
from dltut.models import LogisticRegression
from dltut.tasks import Classification, read_examples

CLASSES = Classes(("ant", "bee", "cat"))
PICTURES = Classification(Pictures((1, 2, 2)), CLASSES)
TABLE = Classification(Numbers(("a", "b", "c", "d")), CLASSES)
P = np.array([0.05, 0.8, 0.15])


@pytest.fixture
def model(rng):
    return LogisticRegression(4, 3, W=rng.normal(size=(4, 3)))


def test_answers_are_the_softmax(model, rng):
    x = rng.random((5, 4))
    W, b = (each.get_value() for each in model.params)
    np.testing.assert_allclose(PICTURES.answers(model, x), softmax(x @ W + b, axis=1))


def test_cost_and_measures_against_numpy(rng):
    scores, y = rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    s, t = pt.matrix("scores"), pt.lvector("y")
    cost, error = function([s, t], [PICTURES.cost(s, t), *PICTURES.measures(s, t).values()])(
        scores, y
    )
    chances = softmax(scores, axis=1)[np.arange(6), y]
    assert cost == pytest.approx(-np.log(chances).mean())
    assert error == np.mean(scores.argmax(axis=1) != y)
    assert list(PICTURES.measures(s, t)) == [PICTURES.watch] and PICTURES.lower


def test_words_and_rows():
    assert PICTURES.line(P, top=2) == "bee 80.00 %, then cat 15.00 %"
    assert PICTURES.line(P, top=1) == "bee 80.00 %"
    assert TABLE.row(P) == {
        "predicted": "bee",
        "p(ant)": "0.05",
        "p(bee)": "0.8",
        "p(cat)": "0.15",
    }
    assert PICTURES.ranked(np.array([0.2, 0.6, 0.2])) == [("bee", 0.6), ("ant", 0.2), ("cat", 0.2)]


def test_pictures_of_a_split(model, rng):
    """Mistakes are shown of pictures only: a row of a table is none."""
    split = SimpleNamespace(x=rng.random((30, 4)), y=rng.integers(0, 3, 30))
    drawn, of_table = (task.pictures(model, split) for task in (PICTURES, TABLE))
    assert list(drawn) == ["confusion.png", "mistakes.png"] and list(of_table) == ["confusion.png"]
    for picture in (*drawn.values(), *of_table.values()):
        assert min(picture.size) > 200 and np.asarray(picture.convert("L")).std() > 5
    np.testing.assert_array_equal(drawn["confusion.png"], of_table["confusion.png"])


def test_the_picture_of_a_prediction():
    [example] = read_examples(np.linspace(0, 1, 4), PICTURES.inputs)
    drawing = np.asarray(PICTURES.picture(example, P))
    orange = (drawing[..., 0] > 200) & (drawing[..., 2] < 80)
    assert orange.any() and np.argwhere(orange)[:, 1].min() > drawing.shape[1] / 2  # the bar of bee
