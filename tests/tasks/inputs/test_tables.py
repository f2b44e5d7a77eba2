"""Rows of tables: files, columns, prepared rows."""

import numpy as np
import pytest
from PIL import Image

from dltut.datasets.kinds import Numbers
from dltut.exceptions import InputError
from dltut.tasks import read_examples

TABLE = Numbers(("age", "weight", "height"), mean=(40.0, 70.0, 1.7), scale=(20.0, 10.0, 0.1))
ROWS = "name,height,weight,age\nAnn,1.8,60,20\nBob,1.6,90,80\n"
STANDARDISED = [[-1, -1, 1], [2, 2, -1]]


def rows_of(given, inputs):
    return [example.x.ravel().tolist() for example in read_examples(given, inputs)]


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


def test_columns_of_text_are_those_of_training(tmp_path):
    """The data set made a column of 0 and 1 for each text."""
    inputs = Numbers(("age", "sex=f", "sex=m"))
    (tmp_path / "a.csv").write_text("sex,age\nm,30\nf,40\n")
    expected = [[30, 0, 1], [40, 1, 0]]
    assert rows_of(tmp_path / "a.csv", inputs) == expected
    assert rows_of({"sex": ["m", "f"], "age": [30, 40]}, inputs) == expected
    with pytest.raises(InputError, match=r"column sex holds .*x.*: valid names: f, m"):
        read_examples({"sex": "x", "age": 30}, inputs)


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
