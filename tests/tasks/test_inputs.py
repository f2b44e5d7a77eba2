"""What is given is read as the rows that it means, and everything else refused in a line."""

import re

import numpy as np
import pytest
from PIL import Image

from dltut.datasets import Split
from dltut.datasets.kinds import Labels, Numbers, Pictures
from dltut.datasets.pictures import prepare_digit, resized
from dltut.exceptions import InputError
from dltut.tasks import read_examples

PICTURES = Pictures((1, 2, 3))
TABLE = Numbers(("age", "weight", "height"), mean=(40.0, 70.0, 1.7), scale=(20.0, 10.0, 0.1))
ROWS = "name,height,weight,age\nAnn,1.8,60,20\nBob,1.6,90,80\n"
STANDARDISED = [[-1, -1, 1], [2, 2, -1]]


def rows_of(given, inputs):
    return [example.x.ravel().tolist() for example in read_examples(given, inputs)]


@pytest.mark.parametrize(
    ("given", "n"),
    [
        (np.zeros(6), 1),
        (np.zeros((1, 6)), 1),
        (np.zeros((2, 3)), 1),
        (np.zeros((1, 2, 3)), 1),
        (np.zeros((4, 6)), 4),
        (np.zeros((6, 6)), 6),
        (np.zeros((4, 1, 2, 3)), 4),
        ([np.zeros(6)] * 2, 2),
        ([0.0, 1, 0, 0, 0, 0], 1),
        ([[0.0] * 6] * 3, 3),
        ((row for row in np.zeros((3, 6))), 3),
        (Split(np.zeros((5, 6)), np.zeros(5, int)), 5),
        (Image.new("L", (30, 20)), 1),
        ([Image.new("L", (30, 20)), np.zeros(6)], 2),
        ([], 0),
    ],
)
def test_one_or_several(given, n):
    found = read_examples(given, PICTURES)
    assert [example.name for example in found] == [f"picture {i}" for i in range(n)]
    assert all(example.x.shape == (1, 2, 3) and example.given.size for example in found)


def test_a_file_and_an_image_are_prepared(tmp_path, rng):
    picture = Image.fromarray(rng.integers(0, 256, (40, 50), dtype=np.uint8))
    picture.save(tmp_path / "a.png")
    [by_path] = read_examples(tmp_path / "a.png", PICTURES)
    [by_image] = read_examples(picture, PICTURES)
    np.testing.assert_array_equal(by_path.x, resized(picture, (1, 2, 3)))
    np.testing.assert_array_equal(by_path.x, by_image.x)
    assert by_path.name == str(tmp_path / "a.png") and by_path.given.size == (50, 40)


def test_pictures_are_as_bright_as_those_of_the_training(rng):
    """A model of bytes that were left as they are once saw pictures from 0 to 1."""
    picture = Image.fromarray(rng.integers(0, 256, (40, 50), dtype=np.uint8))
    [usual] = read_examples(picture, PICTURES)
    [bytes_] = read_examples(picture, Pictures((1, 2, 3), white=255.0))
    np.testing.assert_allclose(bytes_.x, 256 * usual.x, rtol=1e-6)
    [row] = read_examples(bytes_.x, Pictures((1, 2, 3), white=255.0))
    assert not row.note and read_examples(bytes_.x, PICTURES)[0].note
    pixels = Image.fromarray((256 * usual.x[0]).astype(np.uint8))
    np.testing.assert_allclose(np.asarray(row.given), np.asarray(pixels), atol=1)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 20, 20)])
def test_digits_of_any_size(shape):
    """An mnist.npz of 32 x 32 once trained, and then no picture fitted its model."""
    picture = Image.new("L", (60, 60))
    picture.paste(255, (28, 10, 32, 50))
    [example] = read_examples(picture, Pictures(shape, "digit"))
    assert example.x.shape == shape and example.x.dtype == np.float32
    if shape == (1, 28, 28):
        np.testing.assert_array_equal(example.x[0], prepare_digit(picture))
    rows = np.flatnonzero(example.x.max(axis=(0, 2)) > 0.5)
    assert np.ptp(rows) + 1 == pytest.approx(20 / 28 * shape[1], abs=1.5)


def test_several_digits_are_told_from_one():
    picture = Image.new("L", (100, 60))
    picture.paste(255, (20, 10, 26, 50))
    assert not read_examples(picture, Pictures((1, 28, 28), "digit"))[0].note
    picture.paste(255, (70, 10, 76, 50))
    [two] = read_examples(picture, Pictures((1, 28, 28), "digit"))
    assert two.note == "there seem to be 2 digits, which are taken for one: cut them apart"
    assert not read_examples(picture, Pictures((1, 28, 28)))[0].note


def test_prepared_pixels_come_back_as_a_picture():
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    [example] = read_examples(pixels.ravel() / np.float32(256), PICTURES)
    np.testing.assert_array_equal(example.given, pixels)


def test_bytes_are_doubted():
    [example] = read_examples(np.full(6, 200, "uint8"), PICTURES)
    assert example.note.startswith("values up to 200: an array is taken as prepared")
    assert not read_examples(np.ones(6), PICTURES)[0].note


@pytest.mark.parametrize("text", [ROWS, ROWS.replace(",", ";"), "\ufeff" + ROWS, ROWS + "\n"])
def test_rows_of_a_file_are_standardised_by_their_names(tmp_path, text):
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    found = read_examples(path, TABLE)
    np.testing.assert_allclose([example.x for example in found], STANDARDISED, rtol=1e-6)
    assert [example.name for example in found] == [f"{path}, row 1", f"{path}, row 2"]
    assert found[1].given == pytest.approx({"age": 80, "weight": 90, "height": 1.6})


def test_rows_without_names(tmp_path):
    (tmp_path / "a.csv").write_text("20,60,1.8\n80,90,1.6\n")
    np.testing.assert_allclose(rows_of(tmp_path / "a.csv", TABLE), STANDARDISED, rtol=1e-6)


def test_columns_and_one_row_by_name():
    several = {"age": [20, 80], "weight": np.array([60, 90]), "height": [1.8, 1.6], "pets": [0, 1]}
    np.testing.assert_allclose(rows_of(several, TABLE), STANDARDISED, rtol=1e-6)
    one = {"age": 20, "weight": 60, "height": 1.8}
    np.testing.assert_allclose(rows_of(one, TABLE), STANDARDISED[:1], rtol=1e-6)
    np.testing.assert_allclose(rows_of([one, one], TABLE), STANDARDISED[:1] * 2, rtol=1e-6)


def test_an_array_is_standardised_already():
    [example] = read_examples([-1.0, -1.0, 1.0], TABLE)
    assert example.x.tolist() == [-1, -1, 1] and example.name == "row 0" and not example.note
    assert example.given == pytest.approx({"age": 20, "weight": 60, "height": 1.8})
    [example] = read_examples([20, 60, 1.8], TABLE)
    assert example.note.startswith("60 standard deviations from what was learned: an array is")


PICTURE_OR_ROW = "give a picture, its file, or a row of data.test.x"
CSV_OR_ROW = "give a CSV file with the columns age, weight, height, or a row of data.test.x"


@pytest.mark.parametrize(
    ("given", "inputs", "message"),
    [
        (None, PICTURES, f"None is nothing to predict from: {PICTURE_OR_ROW}"),
        (3.5, TABLE, f"3.5 is nothing to predict from: {CSV_OR_ROW}"),
        ([None], PICTURES, f"picture 0 is of type NoneType: {PICTURE_OR_ROW}"),
        ([np.zeros(6), "a"], TABLE, "row 0 has shape (6,); the model takes 3 values, a prepared"),
        (np.zeros(4), PICTURES, "picture 0 has shape (4,); the model takes 6 values, a prepared"),
        (np.zeros((2, 4)), PICTURES, "picture 0 has shape (4,); the model takes 6 values"),
        ({"age": 3}, PICTURES, f"picture 0 is of type dict: {PICTURE_OR_ROW}"),
        (Image.new("L", (5, 5)), TABLE, f"row 0 is a picture: {CSV_OR_ROW}"),
        ({"age": 3, "weight": 3}, TABLE, "the table has no column 'height': did you mean weight?"),
        ({"age": [1, 2], "weight": 3, "height": 1}, TABLE, "the columns are not equally long: {"),
        ({"age": "x", "weight": 3, "height": 1}, TABLE, "the table holds text where the model"),
        ("nowhere.png", PICTURES, "there is no picture nowhere.png: check its name"),
        ("nowhere.csv", TABLE, "nowhere.csv cannot be read"),
    ],
)
def test_refusals(given, inputs, message):
    with pytest.raises(InputError, match="^" + re.escape(message)):
        read_examples(given, inputs)


def test_columns_of_text_are_those_of_training(tmp_path):
    """The data set made a column of 0 and 1 for each text."""
    inputs = Numbers(("age", "sex=f", "sex=m"))
    (tmp_path / "a.csv").write_text("sex,age\nm,30\nf,40\n")
    expected = [[30, 0, 1], [40, 1, 0]]
    assert rows_of(tmp_path / "a.csv", inputs) == expected
    assert rows_of({"sex": ["m", "f"], "age": [30, 40]}, inputs) == expected
    with pytest.raises(InputError, match=r"column sex holds .*x.*: valid names: f, m"):
        read_examples({"sex": "x", "age": 30}, inputs)


def test_inputs_of_another_kind():
    with pytest.raises(InputError, match="nothing can be read for inputs of the kind Labels"):
        read_examples("a.png", Labels(("a",)))


@pytest.mark.parametrize("inputs", [PICTURES, TABLE])
def test_a_folder_is_not_a_file(inputs, tmp_path):
    with pytest.raises(InputError, match=f"^{tmp_path} is a folder: name the files in it, such as"):
        read_examples(tmp_path, inputs)


def test_a_photograph_is_no_row_of_a_table(tmp_path, rng):
    path = tmp_path / "photo.jpg"
    Image.fromarray(rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(path)
    message = f"^{path} is a picture, but the model learned rows of a table: give a CSV file with"
    with pytest.raises(InputError, match=message):
        read_examples(path, TABLE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age,weight,hight\n1,2,3\n", r"has no column 'height': did you mean hight\?"),
        ("age,weight,height\n1,2,3\n1,2\n", "line 3 has 2 cells"),
        ("age,weight,height\n1,2,3\n1,tall,3\n1,3,4\n", "column weight: 'tall' is no number"),
        ("age,weight,height\n1,2,\n1,2,3\n", "line 2, column height: a missing value"),
    ],
)
def test_tables_with_something_wrong(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_examples(tmp_path / "a.csv", TABLE)
