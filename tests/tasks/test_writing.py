"""Bits a character against NumPy; texts that are read, and go on."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import special

from dltut import function
from dltut.datasets.characters import laid_out
from dltut.exceptions import InputError
from dltut.models import CharacterModel
from dltut.tasks import Writing, read_examples, task_from, task_of

DATA = laid_out("to be or not to be, that is the question.\n" * 30, steps=5, batch_size=2)


@pytest.fixture(scope="module")
def model():
    return CharacterModel(np.random.default_rng(1), DATA.n_classes, 6, n_embedding=3)


def test_bits_are_those_of_the_characters(rng):
    task = task_of(DATA)
    assert type(task) is Writing and task.watch == "bits" and task.lower
    scores, y = rng.normal(size=(2, 5, 14)), rng.integers(14, size=(2, 5)).astype("int32")
    s, t = pt.tensor3("scores"), pt.imatrix("y")
    measures = task.measures(s, t)
    cost, bits, error = function([s, t], [task.cost(s, t), measures["bits"], measures["error"]])(
        scores, y
    )
    chances = np.take_along_axis(special.softmax(scores, axis=2), y[..., None], axis=2)
    assert cost == pytest.approx(-np.log(chances).mean())
    assert bits == pytest.approx(-np.log2(chances).mean())
    assert error == pytest.approx((scores.argmax(axis=2) != y).mean())


def test_a_text_goes_on(model, tmp_path):
    task = Writing(DATA.inputs, DATA.targets, temperature=0.5, length=20, seed=3)
    path = tmp_path / "begin.txt"
    path.write_text("to be\r\nZ", newline="")
    [example] = read_examples(path, task.inputs)
    assert example.note == "left out, never learned: 'Z'" and len(example.x) == 6
    f = task.answer_function(model)
    [answer] = f(task.inputs.stacked([example.x]))
    assert answer.shape == (20,) and len(task.line(answer)) == 20
    assert f(example.x[None]).tolist() == [answer.tolist()]  # the same seed again
    assert np.asarray(task.picture(example, answer)).std() > 5
    assert read_examples({"text": "to be\n"}, task.inputs)[0].x.tolist() == example.x.tolist()
    again = task_from(task.facts)
    assert again == task


def test_a_text_of_unknown_characters(tmp_path):
    with pytest.raises(InputError, match="text 0 has no character that the model has learned"):
        read_examples({"text": "ZZZ"}, DATA.inputs)
    with pytest.raises(InputError, match="has no character"):
        (tmp_path / "t.txt").write_text("")
        read_examples(tmp_path / "t.txt", DATA.inputs)


def test_surprises_are_drawn(model):
    drawn = task_of(DATA).pictures(model, DATA.test)
    assert list(drawn) == ["surprise.png"] and np.asarray(drawn["surprise.png"]).std() > 5
