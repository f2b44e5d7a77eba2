"""The task that a data set and a model file mean, those of version 0.1 among them."""

import pytest

from dltut.datasets import load
from dltut.datasets.kinds import Classes, Labels, Numbers, Pictures
from dltut.exceptions import InputError
from dltut.models import RBM, LogisticRegression, dA, save_model
from dltut.tasks import (
    Classification,
    MultiLabel,
    Reconstruction,
    Regression,
    load_trained,
    task_from,
    task_of,
)

OLD = {"dataset": "a", "image_shape": [1, 2, 2], "classes": ["x", "y"], "preparation": "resize"}
PICTURES, TABLE = Pictures((1, 2, 2)), Numbers(("a", "b"), (0, 1), (1, 2))


@pytest.mark.parametrize(
    "task",
    [
        Classification(PICTURES, Classes(("x", "y"))),
        Classification(TABLE, Classes(("x", "y"))),
        Regression(TABLE, Numbers(("price",), (5.0,), (2.0,))),
        MultiLabel(PICTURES, Labels(("x", "y", "z"))),
        Reconstruction(PICTURES, corruption_level=0.25),
    ],
)
def test_facts_make_the_task_again(task):
    assert task_from(task.facts) == task
    if not isinstance(task, Reconstruction):
        assert task_from({**task.facts, "task": None}) == task  # those of a data set name none


def test_a_data_set_of_pictures_with_classes():
    task = task_of(load("digits", quick=True))
    assert task == Classification(Pictures((1, 28, 28), "digit"), Classes(tuple("0123456789")))


def test_files_of_version_0_1(rng):
    classes = Classification(PICTURES, Classes(("x", "y")))
    assert task_from(OLD) == task_from(OLD, LogisticRegression(4, 2)) == classes
    for model in (dA(rng, 4, 2), RBM(rng, 4, 2)):
        task = task_from({**OLD, "corruption_level": 0.3}, model)
        assert task == Reconstruction(PICTURES, corruption_level=0.3)


def test_a_file_gives_its_model_and_its_task(tmp_path, rng):
    path = tmp_path / "a.safetensors"
    save_model(path, LogisticRegression(4, 2, W=rng.normal(size=(4, 2))), OLD)
    model, task = load_trained(path)
    assert type(model) is LogisticRegression and type(task) is Classification
    save_model(path, model)
    with pytest.raises(InputError, match=f"^{path} does not say what its inputs and outputs are: "):
        load_trained(path)
    assert load_trained(path, facts=OLD)[1] == task


def test_refusals():
    with pytest.raises(InputError, match=r"^a\.st names the task 'Regresion'; did you mean Regr"):
        task_from({**OLD, "task": "Regresion"}, source="a.st")
    with pytest.raises(InputError, match="a class of your own is handed over, names="):
        task_from({**OLD, "task": "Counting"})
    with pytest.raises(InputError, match="the model does not say what its inputs"):
        task_from({"dataset": "a", "classes": []})
