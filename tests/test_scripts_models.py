"""The scripts that look at models and data, compare runs, and answer tables."""

import csv
import json

import numpy as np
import pytensor
import pytest
from looking import call, make_run, refusal
from PIL import Image

from dltut.datasets import load
from dltut.datasets.kinds import Classes, Numbers, Pictures
from dltut.models import RBM, LogisticRegression, save_model
from dltut.tasks import Classification, Regression
from dltut.training import Checkpoint, Monitor, Trainer
from dltut.viz import example_picture


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float32"):
        yield


def test_examples_of_a_data_set(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call("show_examples", "digits", "--rows", "2", "--columns", "3", "--split", "test")
    assert capsys.readouterr().err == "pictures: examples.png\n"
    test = load("digits").test[:6]
    with Image.open("examples.png") as picture:
        expected = example_picture(test.x, captions=[str(y) for y in test.y], columns=3)
        np.testing.assert_array_equal(picture, expected)
    call("show_examples", "digits", "--rescale", "none", "--out", "new/many.png")
    with Image.open("new/many.png") as picture:
        assert picture.size == (20 * (56 + 6) + 24, 20 * (56 + 6 + 15) + 24)


def test_examples_of_a_table_are_printed(tmp_path, capsys):
    rows = [(i, 10 * i, "ab"[i % 2]) for i in range(30)]
    text = "".join(f"{a},{b},{c}\n" for a, b, c in [("one", "two", "kind"), *rows])
    (tmp_path / "t.csv").write_text(text)
    call("show_examples", tmp_path / "t.csv", "--rows", "4")
    shown = capsys.readouterr()
    head, *lines = (line.split() for line in shown.out.splitlines())
    assert head == ["one", "two", "→"] and len(lines) == 4
    for one, two, kind in lines:
        assert (int(two), kind) == (10 * int(one), "ab"[int(one) % 2])
    assert shown.err.splitlines()[-1] == "no picture: these are the rows of a table"


MADE = "{rng: !obj:numpy.random.RandomState {seed: 1}, num_examples: 9, dim: 3, num_classes: 2}"
MADE = f"!obj:pylearn2.testing.datasets.random_one_hot_dense_design_matrix {MADE}"
TRAIN = f"!obj:pylearn2.train.Train {{dataset: {MADE}, model: !obj:pylearn2.models.mlp.MLP {{"
TRAIN += "nvis: 3, layers: [!obj:pylearn2.models.mlp.Softmax {layer_name: y, n_classes: 2, irange: "
TRAIN += ".1}]}, algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {learning_rate: .1, "
TRAIN += "batch_size: 3}}"
OURS = """
- model: {name: LogisticRegression}
  rule: {name: sgd, learning_rate: 0.1}
  dataset: {name: t.csv, train: {stop: 2}}
- model: {name: LogisticRegression}
  rule: {name: sgd, learning_rate: 0.1}
"""


@pytest.mark.parametrize(("text", "n"), [(MADE, 9), (TRAIN, 9), (OURS, 2)])
def test_examples_of_an_experiment(text, n, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{i},{i % 2},{'ab'[i % 2]}\n" for i in range(40))
    (tmp_path / "t.csv").write_text(f"x,y,kind\n{rows}")
    (tmp_path / "mine.yaml").write_text(text)
    call("show_examples", "mine.yaml")
    out, error = capsys.readouterr()
    assert len(out.splitlines()) == 1 + n and "no picture: these are the rows" in error
    assert ("mine.yaml holds 2 experiments" in error) == (text == OURS)
    (tmp_path / "mine.yaml").write_text("!obj:pylearn2.space.VectorSpace {dim: 3}")
    line = refusal(capsys, "show_examples", "mine.yaml", status=1)
    assert line == "error: mine.yaml:1:1: this makes no data set and no Train: name one"


def test_samples_of_a_model(tmp_path, capsys):
    """A machine whose visible units are sure of themselves, the left half on."""
    bias = np.repeat([9.0, -9.0], 2)
    model = RBM(np.random.default_rng(0), 4, 2, vbias=bias.astype("float32"))
    facts = {"inputs": Pictures((1, 1, 4)).facts, "targets": None}
    save_model(tmp_path / "best.safetensors", model, facts)
    (tmp_path / "config.json").touch()  # a run's folder
    call("show_examples", tmp_path, "--rows", "1", "--columns", "2", "--rescale", "none")
    assert capsys.readouterr().err.splitlines()[-1] == f"pictures: {tmp_path / 'samples.png'}"
    with Image.open(tmp_path / "samples.png") as picture:
        grey = np.asarray(picture.convert("L"))[12 + 3 + 5, 12 + 3 : 12 + 3 + 44 : 11]
    np.testing.assert_allclose(grey, [255, 255, 0, 0], atol=3)
    save_model(tmp_path / "best.safetensors", LogisticRegression(4, 2), facts)
    line = refusal(capsys, "show_examples", tmp_path)
    assert "holds a LogisticRegression, of which no pictures are drawn: name a data set" in line
    assert "no data set or file 'nowhere'" in refusal(capsys, "show_examples", "nowhere", status=1)


def test_summarize_model(tmp_path, capsys):
    W, b = np.array([[3.0, 0], [-4, 12], [0, 5]], "float32"), np.array([1.0, 2], "float32")
    file = tmp_path / "best.safetensors"
    model = LogisticRegression(3, 2, W=W, b=b)
    save_model(file, model)
    expected = """\
LogisticRegression: 8 parameters
W: (-4, 2.66667, 12) 3x2
  abs(W): (0, 4, 12)
  row norms: (3, 6.88304, 12.6491)
  column norms: (5, 9, 13)
b: (1, 1.5, 2) 2
"""
    call("summarize_model", file)
    assert capsys.readouterr().out == expected
    trainer = Trainer(lambda i: 1.0, 5, extensions=[Monitor(lambda: 0.5), Checkpoint(tmp_path)])
    log = trainer.run(max_epochs=3)
    (tmp_path / "config.json").write_text(
        '{"name": "toy", "arguments": {"batch_size": 20, "max_epochs": 3}}'
    )
    call("summarize_model", tmp_path)
    *lines, hours, ended = capsys.readouterr().out.removeprefix(expected).splitlines()
    assert lines == ["examples seen: 300", "batches seen: 15", "epochs seen: 3"]
    assert float(hours.split()[2]) == pytest.approx(log.clock[-1] / 3600, rel=1e-3)
    assert ended == "training ended: max_epochs = 3 reached"
    (tmp_path / "last.ckpt").unlink()
    call("summarize_model", tmp_path)
    assert capsys.readouterr().out.splitlines()[-1].startswith("training did not end: ")


def test_summarize_model_refuses(tmp_path, capsys):
    assert "holds no best.safetensors" in refusal(capsys, "summarize_model", tmp_path, status=1)


def differences(capsys, status, *arguments):
    if status:
        with pytest.raises(SystemExit) as end:
            call("diff_monitor", *arguments)
        assert end.value.code == 1
    else:
        call("diff_monitor", *arguments)
    return capsys.readouterr().out.splitlines()


def test_diff_monitor(tmp_path, capsys):
    a = make_run(tmp_path / "a", (0.5, 0.25, 0.3))
    assert differences(capsys, 0, a, make_run(tmp_path / "same")) == ["no difference"]
    b = make_run(tmp_path / "b", (0.5, 0.251, 0.34, 0.4))
    valid = "valid_error: 2 of 3 rows differ, first in epoch 2, iteration 19 (0.25 and 0.251), "
    test = "test_error: 1 of 3 rows differ, first in epoch 2, iteration 19 (0.26 and 0.261), "
    found = [
        f"{b} has 1 row that the other lacks",
        f"{valid}most in epoch 3, iteration 29, by 0.04",
        f"{test}most in epoch 2, iteration 19, by 0.001",
    ]
    assert differences(capsys, 1, a, b) == found
    only = [a, b, "--channels", "valid_error"]
    assert differences(capsys, 1, *only) == found[:2]
    c = make_run(tmp_path / "c", (0.5, 0.251, 0.34))
    only = [a, c, "--channels", "valid_error, test_error"]
    assert differences(capsys, 0, *only, "--absolute", "0.041") == ["no difference"]
    assert differences(capsys, 0, *only, "--relative", "0.12") == ["no difference"]
    (line,) = differences(capsys, 1, *only, "--relative", "0.11")
    assert line.startswith("valid_error: 1 of 3 rows differ, first in epoch 3, iteration 29")


def test_what_is_not_a_number_differs_from_one(tmp_path, capsys):
    nan = float("nan")
    a, b = (make_run(tmp_path / n, e) for n, e in (("a", (0.5, nan)), ("b", (0.5, nan))))
    assert differences(capsys, 0, a, b) == ["no difference"]
    c = make_run(tmp_path / "c", (0.5, 0.6))
    (line,) = differences(capsys, 1, a, c, "--absolute", "99")
    assert line == (
        "valid_error: 1 of 2 rows differ, 1 of them in only one run, first in epoch 2, "
        "iteration 19 (nan and 0.6)"
    )
    d = make_run(tmp_path / "d", (0.25, 0.6))
    (line,) = differences(capsys, 1, a, d, "--channels", "valid_error")
    assert line == (
        "valid_error: 2 of 2 rows differ, 1 of them in only one run, first in epoch 1, "
        "iteration 9 (0.5 and 0.25), most in epoch 1, iteration 9, by 0.25"
    )
    rows = [json.loads(line) | {"norm": 1.0} for line in (a / "log.jsonl").read_text().splitlines()]
    (a / "log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert differences(capsys, 1, a, b) == [f"norm: not in {b}"]


def test_diff_monitor_refuses(tmp_path, capsys):
    a, b = make_run(tmp_path / "a"), make_run(tmp_path / "b")
    assert "a run is named twice" in refusal(capsys, "diff_monitor", a, a)
    assert "did you mean valid_error?" in refusal(
        capsys, "diff_monitor", a, b, "--channels", "vald_error"
    )
    assert "holds no log.jsonl" in refusal(capsys, "diff_monitor", a, tmp_path, status=1)
    assert "absolute" in refusal(capsys, "diff_monitor", a, b, "--absolute", "-1")


W = np.array([[1.0, -1], [-2, 2]])


@pytest.fixture
def classifier(tmp_path):
    inputs = Numbers(("length", "width"), mean=(10.0, 0.0), scale=(2.0, 1.0))
    task = Classification(inputs, Classes(("ant", "cow, brown")))
    save_model(tmp_path / "best.safetensors", LogisticRegression(2, 2, W=W), task.facts)
    return tmp_path


def answers(path, delimiter=","):
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_classes_of_rows(classifier, tmp_path, capsys):
    (tmp_path / "in.csv").write_text("name,width,length\nx,0,14\ny,0,8\nz,-1,10\n")
    call("predict_csv", classifier, tmp_path / "in.csv", tmp_path / "new" / "out.csv")
    assert answers(tmp_path / "new" / "out.csv") == [
        ["predicted"],
        ["ant"],
        ["cow, brown"],
        ["ant"],
    ]
    assert capsys.readouterr().err == f"predictions: {tmp_path}/new/out.csv, 3 rows\n"
    (tmp_path / "in.csv").write_text("cow|14|0\nant|8|0\n")
    given = [classifier, tmp_path / "in.csv", tmp_path / "out.csv", "--delimiter", "|"]
    call("predict_csv", *given, "--label", "--no-header", "--probabilities")
    (best, ant, cow), second = answers(tmp_path / "out.csv", "|")
    x = np.array([[2.0, 0]])
    p = np.exp(x @ W) / np.exp(x @ W).sum()
    assert (best, second[0]) == ("ant", "cow, brown")
    np.testing.assert_allclose([float(ant), float(cow)], p[0], 1e-4)


def test_a_first_row_of_numbers_may_be_a_header(classifier, tmp_path):
    (tmp_path / "in.csv").write_text("1,2\n14,0\n")
    for flags, expected in (([], 2), (["--header"], 2), (["--no-header"], 2)):
        call("predict_csv", classifier, tmp_path / "in.csv", tmp_path / "out.csv", *flags)
        rows = answers(tmp_path / "out.csv")
        assert len(rows) == expected
        assert (rows[0] == ["predicted"]) == ("--header" in flags)


def test_numbers_in_their_own_units(tmp_path):
    inputs = Numbers(("a", "b"))
    task = Regression(inputs, Numbers(("price",), mean=(100.0,), scale=(50.0,)))
    model = LogisticRegression(2, 1, W=np.array([[1.0], [2.0]]))
    save_model(tmp_path / "m.safetensors", model, task.facts)
    (tmp_path / "in.tsv").write_text("a\tb\n1\t0\n0.5\t-1\n")
    given = [tmp_path / "m.safetensors", tmp_path / "in.tsv", tmp_path / "out.tsv"]
    call("predict_csv", *given, "--prediction", "regression", "--delimiter", "tab")
    assert answers(tmp_path / "out.tsv", "\t") == [["price"], ["150"], ["25"]]


def test_pixels_may_be_bytes(tmp_path):
    task = Classification(Pictures((1, 1, 2)), Classes(("left", "right")))
    model = LogisticRegression(2, 2, W=np.eye(2))
    save_model(tmp_path / "m.safetensors", model, task.facts)
    probabilities = []
    for text in ("255,0\n0,128\n", f"{255 / 256},0\n0,0.5\n"):
        (tmp_path / "in.csv").write_text(text)
        given = [tmp_path / "m.safetensors", tmp_path / "in.csv", tmp_path / "out.csv"]
        call("predict_csv", *given, "--probabilities")
        probabilities.append(answers(tmp_path / "out.csv"))
    assert probabilities[0] == probabilities[1]
    assert [row[0] for row in probabilities[0]] == ["left", "right"]


def test_predict_csv_refuses(classifier, tmp_path, capsys):
    table = tmp_path / "in.csv"
    table.write_text("a,b,c\n1,2,3\n")
    given = ["predict_csv", classifier, table, tmp_path / "out.csv"]
    assert "the model takes 2: length, width" in refusal(capsys, *given, status=1)
    assert "does classification, not regression" in refusal(
        capsys, *given, "--prediction", "regression"
    )
    assert "delimiter ';;' is not one sign" in refusal(capsys, *given, "--delimiter", ";;")
    assert "would replace the file" in refusal(capsys, *given[:3], table)
    assert "nowhere.csv cannot be read" in refusal(
        capsys, *given[:2], tmp_path / "nowhere.csv", tmp_path / "out.csv", status=1
    )
    assert "holds no best.safetensors" in refusal(
        capsys, "predict_csv", tmp_path / "..", *given[2:], status=1
    )
    assert not (tmp_path / "out.csv").exists()
