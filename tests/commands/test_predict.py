"""Files in, answers out: they are those of the model in memory, told as its task tells them."""

import io
import re
import sys
from dataclasses import InitVar, dataclass

import numpy as np
import pytensor
import pytest
from PIL import Image, ImageDraw

from dltut.commands import cli
from dltut.commands.predict import Predictor, places, predict
from dltut.datasets import Split, load
from dltut.datasets.kinds import (
    Characters,
    Classes,
    Labels,
    Numbers,
    Pictures,
    Rolls,
    Tags,
    Words,
)
from dltut.exceptions import InputError
from dltut.layers import Dense, Network
from dltut.models import LogisticRegression, TextClassifier, dA, probability_function, save_model
from dltut.tasks import Classification, Reconstruction, Regression

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


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float32"):
        yield


@pytest.fixture(scope="module")
def data():
    return load("digits")


@pytest.fixture(scope="module")
def model(data):
    """The least-squares classifier of the embedded digits: fast, and sure enough of plain ones."""
    x, y = data.train.x.astype("float64"), np.eye(10)[data.train.y] - 0.1
    W = 8 * np.linalg.solve(x.T @ x + 30 * np.eye(784), x.T @ y)
    with pytensor.config.change_flags(floatX="float32"):
        return LogisticRegression(784, 10, W)


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
    assert prediction.line(top=1) == f"picture 0: {best} {100 * p:.2f} %"
    assert repr(prediction).startswith(f"Prediction(picture 0: {best} {100 * p:.2f} %, then ")
    page = prediction._repr_html_()
    assert page.startswith(f"<p>picture 0: {best}") and 'src="data:image/png;base64,iVBOR' in page
    assert sum(p for _, p in prediction.ranked()) == pytest.approx(1)


def test_the_drawing_goes_where_it_is_told(run_dir, tmp_path, capsys):
    drawn_digit(1).save(tmp_path / "1.png")
    cli.main(["predict", str(run_dir), str(tmp_path / "1.png"), "--out", str(tmp_path / "a.png")])
    assert (tmp_path / "a.png").exists()
    assert capsys.readouterr().err.splitlines()[-1] == f"pictures: {tmp_path / 'a.png'}"


def test_no_drawing_replaces_a_picture(tmp_path):
    picture, other = tmp_path / "1.png", tmp_path / "1-prediction.png"
    with pytest.raises(InputError, match=r"would replace the file .*1\.png: name another"):
        places([picture], picture, tmp_path, ".png")
    with pytest.raises(InputError, match=r"would replace the file .*1-prediction\.png"):
        places([picture, other], None, tmp_path, ".png")
    with pytest.raises(InputError, match=r"a\.png is one file for the answers to 2: name a folder"):
        places([picture, other], tmp_path / "a.png", tmp_path, ".png")


def refused(capsys, *arguments):
    """The one line that the command ends with."""
    with pytest.raises(SystemExit) as end:
        cli.main(["predict", *map(str, arguments)])
    assert end.value.code == 2
    (message,) = capsys.readouterr().err.splitlines()
    return message


def test_mistakes_are_one_line(run_dir, tmp_path, capsys):
    picture = tmp_path / "7.png"
    nothing = "error: there is nothing to predict from: name one or more files"
    assert refused(capsys, run_dir) == nothing
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
    with pytest.raises(InputError, match=r"does not say what its inputs and outputs are"):
        predict(tmp_path, data.test.x[:1])


def test_one_row_is_one_picture(run_dir, data):
    """``predict(run, x[0])`` once said "shape ()"."""
    [alone], [first, _] = predict(run_dir, data.test.x[0]), predict(run_dir, data.test.x[:2])
    assert alone.name == first.name == "picture 0"
    np.testing.assert_allclose(alone.probabilities, first.probabilities, rtol=1e-6)
    with pytest.raises(InputError, match="None is nothing to predict from: give a picture, its"):
        predict(run_dir, None)
    with pytest.raises(InputError, match="there is nothing to predict from: give one or more"):
        predict(run_dir, [])


def test_a_bad_file_does_not_stop_the_others(run_dir, tmp_path, capsys):
    """Each file has its line, and the exit status tells that two of them failed."""
    for digit in (0, 1):
        drawn_digit(digit).save(tmp_path / f"{digit}.png")
    (tmp_path / "bad.png").write_bytes((tmp_path / "1.png").read_bytes()[:100])
    (tmp_path / "folder").mkdir()
    files = [str(tmp_path / name) for name in ("0.png", "bad.png", "folder", "1.png")]
    with pytest.raises(SystemExit) as end:
        cli.main(["predict", str(run_dir), *files, "--out", str(tmp_path / "drawn")])
    assert end.value.code == 2
    said = capsys.readouterr()
    assert [line.partition(":")[0] for line in said.out.splitlines()] == [files[0], files[3]]
    bad, folder, drawn, end = said.err.splitlines()[-4:]
    assert bad.startswith(f"error: {files[1]} is no readable picture")
    assert folder == f"error: {files[2]} is a folder: name the files in it, such as {files[2]}/*"
    assert drawn == f"pictures: {tmp_path}/drawn/{{0-prediction.png,1-prediction.png}}"
    assert end == "error: 2 of 4 files could not be used, as said above"
    assert len(list((tmp_path / "drawn").iterdir())) == 2


def test_a_name_that_the_terminal_cannot_show(run_dir, tmp_path, monkeypatch):
    path = tmp_path / "\u00fcn\u00ef.png"
    drawn_digit(1).save(path)
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stdout)
    cli.main(["predict", str(run_dir), str(path), "--out", str(tmp_path / "a.png")])
    stdout.flush()
    assert b"\\xfcn\\xef.png: 1 " in stdout.buffer.getvalue()
    assert (tmp_path / "a.png").exists()


def test_a_file_of_version_0_1(model, data, tmp_path):
    """Its facts were the data set's three alone."""
    facts = {"image_shape": [1, 28, 28], "classes": list("0123456789"), "preparation": "digit"}
    save_model(tmp_path / "old.safetensors", model, facts)
    [prediction] = predict(tmp_path / "old.safetensors", data.test.x[:1])
    np.testing.assert_array_equal(
        prediction.probabilities, probability_function(model)(data.test.x[:1])[0]
    )


PEOPLE = Numbers(("age", "weight"), (40.0, 70.0), (20.0, 10.0))
ROWS = "name,weight,age\nAnn,60,20\nBob,90,80\n"  # standardised: (-1, -1) and (2, 2)
W = np.array([[0.5, -1.0], [1.5, 0.0]])


@pytest.fixture
def table(tmp_path):
    (tmp_path / "people.csv").write_text(ROWS)
    return tmp_path / "people.csv"


def test_rows_of_a_table_get_a_line_and_a_row_each(table, tmp_path, capsys):
    task = Regression(PEOPLE, Numbers(("height", "size"), (170.0, 40.0), (10.0, 2.0)))
    save_model(tmp_path / "best.safetensors", LogisticRegression(2, 2, W), task.facts)
    cli.main(["predict", str(tmp_path), str(table), "--out", str(tmp_path / "answers.csv")])
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{table}, row 1: height 150.0, size 42.00",
        f"{table}, row 2: height 210.0, size 36.00",
    ]
    assert said.err.splitlines()[-1] == f"predictions: {tmp_path / 'answers.csv'}"
    assert (tmp_path / "answers.csv").read_text() == "height,size\n150,42\n210,36\n"


def test_a_long_table_is_cut_off_on_the_screen_only(tmp_path, capsys):
    task = Classification(PEOPLE, Classes(("cat", "dog")))
    save_model(tmp_path / "best.safetensors", LogisticRegression(2, 2, W), task.facts)
    (tmp_path / "many.csv").write_text("age,weight\n" + "20,60\n" * 25)
    cli.main(["predict", str(tmp_path), str(tmp_path / "many.csv")])
    place = tmp_path / "predictions" / "many-prediction.csv"
    *_, twentieth, last = capsys.readouterr().out.splitlines()
    assert "row 20: dog 95.26 %, then cat 4.74 %" in twentieth
    assert last == f"... and 5 rows more in {place}"
    header, *rows = place.read_text().splitlines()
    assert header == "predicted,p(cat),p(dog)" and rows == ["dog,0.0474259,0.952574"] * 25


def test_a_table_has_no_pictures_and_a_model_of_a_table_sees_none(table, tmp_path, capsys):
    task = Regression(PEOPLE, Numbers(("height",)))
    save_model(tmp_path / "best.safetensors", LogisticRegression(2, 1, W[:, :1]), task.facts)
    ann, _ = predict(tmp_path, table)
    assert ann._repr_html_() == f"<p>{table}, row 1: height -2.00</p>"
    with pytest.raises(InputError, match="row 1 is a row of a table, of which there is no picture"):
        ann.drawn()
    with pytest.raises(AttributeError, match="answer of a Regression has no classes: it is"):
        ann.label  # noqa: B018
    drawn_digit(1).save(tmp_path / "1.png")
    assert f"{tmp_path / '1.png'} is a picture, but the model learned rows of a table" in refused(
        capsys, tmp_path, tmp_path / "1.png"
    )


def test_an_autoencoder_gives_its_picture_back(tmp_path, rng, capsys):
    model, task = dA(rng, 784, 3), Reconstruction(Pictures((1, 28, 28), "digit"))
    save_model(tmp_path / "best.safetensors", model, task.facts)
    drawn_digit(7).save(tmp_path / "7.png")
    cli.main(["predict", str(tmp_path), str(tmp_path / "7.png"), "--out", str(tmp_path / "a.png")])
    assert re.fullmatch(
        rf"{tmp_path}/7.png: given back, 0\.\d+ off on average\n", capsys.readouterr().out
    )
    with Image.open(tmp_path / "a.png") as drawing:
        assert drawing.width > 2 * drawing.height


class Shy(Network):
    """A class of one's own: a layer whose outputs are halved."""

    rng: InitVar
    n_in: int
    n_out: int

    def __post_init__(self, rng):
        self.layer = Dense(rng, self.n_in, self.n_out, activation=None, name="layer")

    def __call__(self, x, train=False):
        return self.layer(x, train) / 2


@dataclass(frozen=True)
class Rounded(Regression):
    """A task of one's own: its answers are whole numbers."""

    def answer(self, scores):
        return super().answer(scores).round()


def test_classes_of_ones_own_are_handed_over(table, tmp_path, rng):
    """Those that the file names, a model and a task; without them it says so."""
    model = Shy(rng, 2, 1)
    task = Rounded(PEOPLE, Numbers(("height",), (170.0,), (10.0,)))
    save_model(tmp_path / "best.safetensors", model, task.facts)
    answers = [each.answer for each in predict(tmp_path, table, names=[Shy, Rounded])]
    W = model.layer.W.get_value()
    expected = (170 + 10 * np.array([[-1, -1], [2, 2]]) @ W / 2).round()
    np.testing.assert_array_equal(answers, expected)
    with pytest.raises(InputError, match=r"names the model 'Shy', which cannot be built: .* hande"):
        predict(tmp_path, table)
    with pytest.raises(InputError, match=r"names the task 'Rounded'; .* is handed over, names="):
        predict(tmp_path, table, names=[Shy])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_that_diverged_has_no_answer(value, tmp_path, data):
    """It once was "0 nan %"."""
    W = np.zeros((784, 10))
    W[5, 3] = value
    save_model(tmp_path / "best.safetensors", LogisticRegression(784, 10, W), data.facts)
    with pytest.raises(InputError, match="holds NaN or infinite values in W: this training"):
        Predictor(tmp_path)


def test_a_prepared_picture_of_another_size_is_refused(run_dir):
    with pytest.raises(InputError, match=r"picture 0 has shape \(4,\); the model takes 784 values"):
        predict(run_dir, [np.zeros(4)])


@pytest.fixture
def reader(tmp_path):
    """A run of a model that counts: each "good" speaks for the first class, each "bad" against."""
    vectors = np.zeros((6, 4))
    vectors[2, 0], vectors[3, 0] = 1, -1
    inputs = Words(("good", "bad", "film", "a"), longest=5)
    task = Classification(inputs, Classes(("for", "against")))
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        model = TextClassifier(np.random.RandomState(1), 6, 2, n_hidden=4, cell="elman")
        values = [vectors, np.eye(4), np.zeros((4, 4)), np.zeros(4), np.eye(4, 2) * 9, np.zeros(2)]
        for param, value in zip(model.params, values, strict=True):
            param.set_value(value.astype(param.dtype))
        save_model(tmp_path / "run" / "best.safetensors", model, task.facts)
        yield tmp_path / "run"


def test_texts_are_answered(reader, tmp_path, capsys):
    lines = tmp_path / "lines.txt"
    lines.write_text("A good film!\n\n  bad, BAD film\nno word of it here and there\n", "utf-8")
    predictor = Predictor(reader)
    one = predictor("a good film")
    assert one[0].name == "text 0" and one[0].ranked(1)[0][0] == "for"
    several = predictor(["good", "bad film", lines])
    assert [each.ranked(1)[0][0] for each in several[:4]] == ["for", "against", "for", "against"]
    assert several[3].name == f"{lines}, line 3"
    assert several[4].line().endswith("(the first 5 of its 7 words were read)")
    assert predictor("what?")[0].line().endswith("(none of its words is known)")
    row = predictor(np.array([2, 4, 0, 0]))[0]
    assert row.picture == "good film" and row.answer[0] > 0.9
    rows = predictor(Split(words=np.array([[2, 4, 0], [3, 3, 5]]), y=np.array([0, 1])))
    assert [each.label for each in rows] == [0, 1]


def test_texts_are_drawn_and_kept(reader, tmp_path, capsys):
    lines = tmp_path / "lines.txt"
    lines.write_text("A good film!\nbad, BAD film\n", encoding="utf-8")
    assert cli.main(["predict", str(reader), str(lines)]) in (0, None)
    told = capsys.readouterr()
    assert told.out.startswith(f"{lines}, line 1: for ") and "pictures, and tables" in told.err
    place = reader / "predictions" / "lines-prediction.png"
    with Image.open(place) as picture:
        pixels = np.asarray(picture).astype(int)
    assert (pixels[..., 2] - pixels[..., 0] > 60).sum() > 300  # "good" is blue
    table = place.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "text,predicted,p(for),p(against)"
    assert table[2].startswith('"bad, BAD film",against,')
    cli.main(["predict", str(reader), "such a bad film"])
    assert capsys.readouterr().out.startswith("text: against")
    assert predict(reader, "a good film")[0]._repr_html_().count("<img") == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("  ", "text 0 has no word: give a text, a text file with one a line, or a row of"),
        ([{"a": 1.0}], "text 0 is a row of a table: give a text"),
        ([Image.new("L", (3, 3))], "text 0 is a picture: give a text"),
        (np.array([0, 0]), "text 0 has no word"),
        (np.array([2, 9]), "a given word has the number 9; they go from 0 to 5"),
        (np.array([[0.5]]), "text 0 is no row of numbered words"),
    ],
)
def test_what_is_no_text(reader, given, said):
    with pytest.raises(InputError, match=said):
        predict(reader, given)


def test_files_that_hold_no_texts(reader, tmp_path):
    for name, content, said in (
        ("empty.txt", b"\n \n", "holds no text: expected one a line"),
        ("latin.txt", b"caf\xe9", "is not text in UTF-8"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=said):
            predict(reader, tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        predict(reader, tmp_path / "absent.txt")


PIXELS, TWO = Pictures((1, 8, 8)).facts, Classes(["a", "b"]).facts
COLUMNS = Numbers(["a", "b"], [0, 0], [1, 1]).facts
LIES = {
    "more classes": (PIXELS, Classes(["a", "b", "c"]).facts, "there are 3 answers .*, but its m"),
    "fewer labels": (PIXELS, Labels(["a"]).facts, "there are 1 answers .*, but its model gives 2"),
    "words": (PIXELS, Tags(["O", "B-c"]).facts, "do not fit one another"),
    "music": (Rolls(60, 64).facts, None, "do not fit one another"),
    "characters": (Characters(["a", "b"], 5).facts, None, "do not fit one another"),
    "larger": (PIXELS | {"shape": [1, 8, 9]}, TWO, "72 numbers; the model takes 64"),
    "far larger": (PIXELS | {"shape": [1, 10**6, 10**6]}, TWO, "pictures of 1 x 1000000 x 1000000"),
    "a shape in words": (PIXELS | {"shape": "abc"}, TWO, "no kind|pictures of"),
    "no kind": ({"kind": ["a"]}, TWO, "no kind of inputs or targets has the facts"),
    "a list": ([1], TWO, "no kind of inputs or targets has the facts"),
    "no number": (COLUMNS | {"mean": ["x", "y"]}, TWO, "no kind of inputs or targets has the"),
    "no deviation": (COLUMNS | {"scale": [0, 1]}, TWO, "a column's scale is 0"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_lies_of_its_inputs_and_outputs(tmp_path, name):
    inputs, targets, said = LIES[name]
    save_model(tmp_path / "m", LogisticRegression(64, 2), {"inputs": inputs, "targets": targets})
    Image.new("L", (9, 9), 200).save(tmp_path / "x.png")
    with (
        pytensor.config.change_flags(mode="FAST_COMPILE"),
        pytest.raises(InputError, match=said) as caught,
    ):
        Predictor(tmp_path / "m")(tmp_path / "x.png")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1000


def test_names_from_a_file_steer_no_terminal(tmp_path):
    facts = {"inputs": PIXELS, "targets": Classes(["a\x1b[2J\nb: none", "b" * 10**5]).facts}
    save_model(tmp_path / "m", LogisticRegression(64, 2), facts)
    Image.new("L", (9, 9), 200).save(tmp_path / "x.png")
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        line = Predictor(tmp_path / "m")(tmp_path / "x.png")[0].line()
    assert r"a\x1b[2J\nb: none" in line and line.isprintable() and len(line) < 2100
