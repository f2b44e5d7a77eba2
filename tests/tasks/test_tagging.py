"""A tag for every word: cost and measures against NumPy, answers, words, pictures."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from dltut import function
from dltut.datasets import Split, Tags, Words
from dltut.layers import Embedding
from dltut.models import load_model, save_model
from dltut.tasks import Tagging, chunk_scores, task_from
from dltut.tasks.tagging import coherent_tags
from dltut.training import Monitor

TASK = Tagging(Words(["to", "new", "york", "bonn"]), Tags(("B-city", "I-city", "O")))
WORDS = np.array([[2, 3, 4, 0], [5, 0, 0, 0], [2, 5, 2, 5]])
Y = np.array([[2, 0, 1, -1], [0, -1, -1, -1], [2, 0, 2, 0]])


def table(scores):
    """A model that knows each word's scores by heart."""
    return Embedding(np.random.RandomState(0), 6, 3, W=scores)


KNOWS = table(np.eye(3)[[2, 2, 2, 0, 1, 0]] * 9.0)


@pytest.mark.parametrize("width", [4, 6])  # as wide as the longest sentence, or wider
def test_cost_and_error_against_numpy(rng, width):
    scores, y = rng.normal(size=(3, 4, 3)), np.full((3, width), -1)
    y[:, :4] = Y
    s, t = pt.tensor3("scores"), pt.imatrix("y")
    cost = TASK.cost(s, t)
    outputs = [cost, TASK.measures(s, t)["error"], pytensor.grad(cost, s)]
    cost, error, gradient = function([s, t], outputs)(scores, y.astype("int32"))
    real = Y >= 0
    losses = -np.take_along_axis(log_softmax(scores, axis=2), np.maximum(Y, 0)[..., None], axis=2)
    assert cost == pytest.approx(losses[..., 0][real].mean())
    assert error == np.mean(scores.argmax(axis=2)[real] != Y[real])
    p = np.exp(log_softmax(scores, axis=2)) - np.eye(3)[Y]
    np.testing.assert_allclose(gradient, p * real[..., None] / real.sum(), atol=1e-12)


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
@pytest.mark.slow
def test_padding_costs_nothing_on_the_backends(rng, mode):
    scores = rng.normal(size=(3, 4, 3)).astype("float32")
    s, t = pt.ftensor3("scores"), pt.imatrix("y")
    cost = TASK.cost(s, t)
    f = function([s, t], [cost, pytensor.grad(cost, s)], mode=mode)
    one, gradient = f(scores, Y.astype("int32"))
    other, _ = f(np.where(Y[..., None] < 0, 50, scores).astype("float32"), Y.astype("int32"))
    assert one == other and (np.asarray(gradient)[Y < 0] == 0).all()


def test_answers_and_what_is_told():
    answers = TASK.answers(KNOWS, WORDS, batch_size=2)
    assert answers.tolist() == Y.tolist()
    assert TASK.line(answers[0]) == "O B-city I-city" == TASK.row(answers[0])["tags"]
    given = SimpleNamespace(given="To New York", x=WORDS[0])
    assert TASK.told(given, answers[0]) == "to [city: new york]"
    by_numbers = SimpleNamespace(given=None, x=np.array([2, 1, 0]))
    assert TASK.told(by_numbers, [2, 0, -1]) == "to [city: <unknown>]"


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_coherent_tags_are_the_best_of_all_that_are_allowed(seed, n_steps):
    names = ["I-b", "O", "B-a", "I-a", "B-b"]
    chances = np.random.default_rng(seed).normal(size=(2, n_steps, 5))
    allowed = [
        path
        for path in itertools.product(range(5), repeat=n_steps)
        if all(
            names[tag][0] != "I" or (before[0] != "O" and before[2:] == names[tag][2:])
            for before, tag in zip(["O", *(names[k] for k in path)], path, strict=False)
        )
    ]
    found = coherent_tags(chances, names)
    for sentence, tags in zip(chances, found, strict=True):
        totals = [sentence[range(n_steps), path].sum() for path in allowed]
        assert tuple(tags) == allowed[np.argmax(totals)]


def test_a_kind_without_a_beginning_is_never_found():
    assert coherent_tags(np.array([[[0.0, 9.0], [0.0, 9.0]]]), ["O", "I-a"]).tolist() == [[0, 0]]
    assert coherent_tags(np.array([[[0.0, 9.0]]]), ["O", "B-a"]).tolist() == [[1]]


def test_padding_has_no_say_in_a_sequence(rng):
    """What is behind a sentence would drag its last word along, if I-city is likely there."""
    model = table([[0, 99, 0], [0, 0, 0], [1, 0, 1.5], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    task = replace(TASK, coherent=True)
    assert task.answers(model, np.array([[2, 0], [2, 2]])).tolist() == [[2, -1], [2, 2]]
    assert task_from(task.facts) == task


def test_measures_over_a_whole_split(rng):
    model = table(rng.normal(size=(6, 3)))
    lengths = rng.integers(1, 9, 230)
    words = TASK.inputs.stacked([rng.integers(1, 6, n) for n in lengths])
    y = np.where(words > 0, rng.integers(0, 3, words.shape), -1)
    split = Split(words=words, y=y)
    measured = TASK.chunk_measures(model, {"valid": split})
    monitor = Monitor(measured, watch="valid_f1")
    assert list(measured) == ["valid_f1", "valid_precision", "valid_recall", "valid_error"]
    assert not monitor.lower and measured["valid_f1"].n_examples == lengths.sum()

    found = TASK.answers(model, words)
    tags = [[[TASK.targets.names[k] for k in row if k >= 0] for row in each] for each in (y, found)]
    scores = chunk_scores(*tags)
    f1, precision, recall, error = (each.mean() for each in measured.values())
    assert (precision, recall, f1) == scores and 0 < f1 < 1
    assert error == np.mean(found[y >= 0] != y[y >= 0])
    assert 0 <= measured["valid_f1"](0) <= 1


def test_pictures_of_a_run(rng):
    split = Split(words=WORDS, y=Y)
    right = TASK.pictures(KNOWS, split)
    wrong = TASK.pictures(table(rng.normal(size=(6, 3))), split)
    assert list(right) == list(wrong) == ["confusion.png", "tagged.png"]
    red = [(np.asarray(each["tagged.png"])[..., 1] < 60).sum() for each in (right, wrong)]
    assert red[1] > red[0]


def test_many_tags_are_confused_in_a_picture_that_fits():
    names = tuple(f"B-{k}" for k in range(60))
    task = Tagging(TASK.inputs, Tags(names))
    split = Split(words=np.full((60, 1), 2), y=np.arange(60)[:, None])
    model = Embedding(np.random.RandomState(0), 6, 60, W=np.eye(6, 60))
    assert task.pictures(model, split)["confusion.png"].width < 2000


def test_a_file_carries_the_task(tmp_path):
    save_model(tmp_path / "m.safetensors", KNOWS, header=TASK.facts)
    assert task_from(TASK.facts) == TASK
    with pytest.raises(ValueError):
        load_model(tmp_path / "m.safetensors")  # a layer is no model of the library's
