"""From a CSV file to predictions for another one, with scikit-learn's errors beside ours."""

import numpy as np
import pytest
from sklearn import datasets, linear_model, multiclass

from dltut import shared_dataset
from dltut.commands.predict import predict
from dltut.datasets import from_arrays, load, transformed
from dltut.models import LogisticRegression, Sequential, save_model
from dltut.optim import sgd
from dltut.tasks import MultiLabel, Regression, task_of
from dltut.training import minibatch_function, minibatch_functions


def write(path, columns):
    header = ",".join(columns)
    np.savetxt(path, np.column_stack([*columns.values()]), "%.17g", ",", header=header, comments="")
    return path


def trained(data, task, n_steps, rate):
    """A linear model after some steps on all training examples, and its errors."""
    train, valid, test = map(shared_dataset, data)
    x, y = train.x.type("x"), train.y.type("y")
    model = LogisticRegression(data.train.n_inputs, data.n_outputs)
    cost, n = task.cost(model(x), y), len(data.train)
    step = minibatch_function(cost, [x, y], train, n, sgd(cost, model.params, rate))
    for _ in range(n_steps):
        step(0)
    splits = {"valid": valid, "test": test}
    measures = minibatch_functions(task.measures(model(x), y), [x, y], splits, n)
    return model, {name: float(f.mean()) for name, f in measures.items()}


def asked(tmp_path, model, data):
    """The answers for a file of the test examples, with the columns in another order."""
    save_model(tmp_path / "best.safetensors", model, data.facts)
    rows = data.inputs.original(data.test.x)
    columns = dict(zip(data.inputs.names, rows.T, strict=True))
    path = write(tmp_path / "test.csv", dict(reversed(columns.items())))
    return np.array([each.answer for each in predict(tmp_path, path)])


def test_diabetes(tmp_path):
    x, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    names = datasets.load_diabetes().feature_names
    columns = dict(zip(names, x.T, strict=True)) | {"progression": y}
    data = load(write(tmp_path / "diabetes.csv", columns))
    task = task_of(data)
    assert type(task) is Regression and task.targets.names == ("progression",)
    model, errors = trained(data, task, 200, 0.05)
    answers = asked(tmp_path, model, data)
    true = data.targets.original(data.test.y)
    assert errors["test_squared_error"] == pytest.approx(np.mean((answers[:, 0] - true) ** 2), 1e-4)
    theirs = linear_model.LinearRegression().fit(data.train.x, data.train.y).predict(data.test.x)
    ours, best = (
        np.sqrt(np.mean((each - true) ** 2))
        for each in (answers[:, 0], data.targets.original(theirs))
    )
    assert ours == pytest.approx(best, rel=0.02) and ours < 0.8 * true.std()
    assert task.line(answers[0]) == f"progression {answers[0, 0]:.1f}"


def test_wine(tmp_path):
    """Three labels that scikit-learn learns one by one."""
    wine = datasets.load_wine()
    names = [name.replace("/", " ") for name in wine.feature_names]
    labels = {f"kind {k}": wine.target == k for k in range(3)} | {"strong": wine.data[:, 0] > 13}
    columns = dict(zip(names[1:], wine.data[:, 1:].T, strict=True)) | labels
    data = load(write(tmp_path / "wine.csv", columns), target=list(labels))
    task = task_of(data)
    assert type(task) is MultiLabel and task.targets.names == tuple(labels)
    model, errors = trained(data, task, 200, 0.5)
    answers = asked(tmp_path, model, data)
    wrong = np.mean((answers > 0.5) != data.test.y)
    assert errors["test_error"] == pytest.approx(wrong)
    each = multiclass.OneVsRestClassifier(linear_model.LogisticRegression())
    theirs = np.mean(each.fit(data.train.x, data.train.y).predict(data.test.x) != data.test.y)
    assert wrong <= theirs + 0.02 and wrong < 0.1


def test_transformed_inputs_and_described_layers(tmp_path, rng):
    """Rows in their own units are answered as those in memory are."""
    x = rng.normal(size=(60, 3)) * [1, 20, 300] + [5, 0, -40]
    raw = from_arrays(x, np.arange(60) % 3, names=["a", "b", "c"])
    data = transformed(raw, {"name": "zca", "bias": 0.5}, "contrast_normalise", "standardise")
    layers = [{"name": "Dense", "n_out": 5, "dropout": 0.5}, {"name": "Dense", "activation": None}]
    model = Sequential(rng, layers, n_in=3, n_out=3)
    save_model(tmp_path / "best.safetensors", model, data.facts)
    rows = raw.inputs.original(raw.test.x)
    path = write(tmp_path / "test.csv", dict(zip("cba", rows.T[::-1], strict=True)))
    answers = np.array([each.answer for each in predict(tmp_path, path)])
    wanted = task_of(data).answers(model, data.test.x)
    np.testing.assert_allclose(answers, wanted, rtol=1e-4, atol=1e-5)
