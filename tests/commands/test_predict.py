"""Pictures in, classes out: the answers are those of the model in memory."""

import re

import numpy as np
import pytensor.tensor as pt
import pytest
from PIL import Image, ImageDraw

from dltut import shared_dataset
from dltut.commands import cli
from dltut.commands.predict import drawing_places, line, predict
from dltut.datasets import load
from dltut.exceptions import InputError
from dltut.models import LogisticRegression, probability_function, save_model
from dltut.nn import negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

STROKES = {
    0: [
        [
            (150, 60),
            (90, 110),
            (70, 200),
            (90, 290),
            (150, 340),
            (210, 290),
            (230, 200),
            (210, 110),
            (150, 60),
        ]
    ],
    1: [[(165, 50), (140, 350)]],
    7: [[(70, 70), (230, 70), (190, 180), (140, 350)]],
}


def drawn_digit(digit):
    """Thick dark strokes on light paper, 300 x 400."""
    picture = Image.new("L", (300, 400), 235)
    for stroke in STROKES[digit]:
        ImageDraw.Draw(picture).line(stroke, fill=20, width=30, joint="curve")
    return picture


@pytest.fixture(scope="module")
def data():
    return load("digits")


@pytest.fixture(scope="module")
def model(data):
    """Logistic regression after a few epochs on the embedded digits."""
    x, y = pt.matrix("x"), pt.ivector("y")
    model = LogisticRegression(784, 10)
    cost = negative_log_likelihood(model(x), y)
    updates = sgd(cost, model.params, 0.2)
    step = minibatch_function(cost, [x, y], shared_dataset(data.train), 50, updates)
    for _ in range(15):
        for index in range(step.n_batches):
            step(index)
    return model


@pytest.fixture(scope="module")
def run_dir(model, data, tmp_path_factory):
    """A run's folder with that model in it."""
    folder = tmp_path_factory.mktemp("run")
    save_model(folder / "best.safetensors", model, data.facts)
    return folder


def test_prepared_pictures_get_the_answer_of_the_model_in_memory(run_dir, model, data):
    x = data.test.x[:10]
    expected = probability_function(model)(x)
    for path in (run_dir, run_dir / "best.safetensors", str(run_dir)):
        predictions = predict(path, x)
        np.testing.assert_array_equal([each.probabilities for each in predictions], expected)
    assert [each.label for each in predictions] == expected.argmax(axis=1).tolist()
    assert predictions[3].name == "picture 3" and predictions[3].prepared.shape == (1, 28, 28)


@pytest.mark.parametrize("digit", STROKES)
def test_a_drawn_digit_is_recognised(run_dir, model, digit, tmp_path):
    drawn_digit(digit).save(tmp_path / "mine.png")
    by_path, by_image = (
        predict(run_dir, given)[0] for given in (tmp_path / "mine.png", drawn_digit(digit))
    )
    assert by_path.label == digit
    assert by_path.classes[digit] == str(digit)
    assert by_path.picture.size == (300, 400)
    np.testing.assert_array_equal(by_path.probabilities, by_image.probabilities)
    seen = by_path.prepared.reshape(1, 784)
    assert seen.max() > 0.8 and seen.mean() < 0.4  # light strokes on a dark ground
    np.testing.assert_allclose(by_path.probabilities, probability_function(model)(seen)[0], 1e-6)


def test_the_command_prints_a_line_and_draws_a_picture_each(run_dir, tmp_path, capsys):
    for digit in (0, 7):
        drawn_digit(digit).save(tmp_path / f"{digit}.png")
    before = (tmp_path / "7.png").read_bytes()
    files = [str(tmp_path / "0.png"), str(tmp_path / "7.png")]
    cli.main(["predict", str(run_dir), *files, "--top", "2"])
    first, second = capsys.readouterr().out.splitlines()
    share = r"\d+\.\d\d %"
    assert re.fullmatch(rf"{re.escape(files[0])}: 0 {share}, then \d {share}", first)
    assert re.fullmatch(rf"{re.escape(files[1])}: 7 {share}, then \d {share}", second)
    for name in ("0-prediction.png", "7-prediction.png"):
        with Image.open(run_dir / "predictions" / name) as drawing:
            assert np.asarray(drawing).std() > 20
    assert (tmp_path / "7.png").read_bytes() == before


def test_a_picture_has_one_line(run_dir, data):
    (prediction,) = predict(run_dir, data.test.x[:1])
    (best, p), *_ = prediction.ranked()
    assert line(prediction, top=1) == f"picture 0: {best} {100 * p:.2f} %"
    assert sum(p for _, p in prediction.ranked()) == pytest.approx(1)


def test_the_drawing_goes_where_it_is_told(run_dir, tmp_path, capsys):
    drawn_digit(1).save(tmp_path / "1.png")
    cli.main(["predict", str(run_dir), str(tmp_path / "1.png"), "--out", str(tmp_path / "a.png")])
    assert (tmp_path / "a.png").exists()
    assert capsys.readouterr().err.splitlines()[-1] == f"pictures: {tmp_path / 'a.png'}"


def test_no_drawing_replaces_a_picture(tmp_path):
    picture, other = tmp_path / "1.png", tmp_path / "1-prediction.png"
    with pytest.raises(InputError, match=r"would replace the picture .*1\.png: name another"):
        drawing_places([picture], picture, tmp_path)
    with pytest.raises(InputError, match=r"would replace the picture .*1-prediction\.png"):
        drawing_places([picture, other], None, tmp_path)
    with pytest.raises(InputError, match=r"a\.png is one file for 2 drawings: name a folder"):
        drawing_places([picture, other], tmp_path / "a.png", tmp_path)


def refused(capsys, *arguments):
    """The one line that the command ends with."""
    with pytest.raises(SystemExit) as end:
        cli.main(["predict", *map(str, arguments)])
    assert end.value.code == 2
    (message,) = capsys.readouterr().err.splitlines()
    return message


def test_mistakes_are_one_line(run_dir, tmp_path, capsys):
    picture = tmp_path / "7.png"
    assert refused(capsys, run_dir) == "error: no picture is given: name one or more files"
    assert refused(capsys, tmp_path, picture) == (
        f"error: {tmp_path} holds no best.safetensors: name the folder of a run that has validated "
        "once, such as runs/mlp"
    )
    missing = tmp_path / "no.safetensors"
    assert refused(capsys, missing, picture) == f"error: there is no file {missing}: check the path"
    assert str(picture) in refused(capsys, run_dir, picture)
    drawn_digit(7).save(picture)
    picture.write_bytes(picture.read_bytes()[:200])
    assert f"{picture} is no readable picture" in refused(capsys, run_dir, picture)
    assert refused(capsys, run_dir, picture, "--top", "0") == (
        "error: top is 0; it counts classes and is at least 1"
    )


def test_a_model_that_does_not_know_its_pictures_is_refused(model, data, tmp_path):
    save_model(tmp_path / "best.safetensors", model)
    with pytest.raises(InputError, match=r"does not say what its pictures and classes are"):
        predict(tmp_path, data.test.x[:1])


def test_a_prepared_picture_of_another_size_is_refused(run_dir):
    with pytest.raises(InputError, match=r"picture 0 has shape \(4,\); the model takes 784 values"):
        predict(run_dir, [np.zeros(4)])
