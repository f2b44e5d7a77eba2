"""What is given is read as the rows that it means, and everything else refused in a line."""

import re

import numpy as np
import pytest
from PIL import Image

from dltut.datasets import Split
from dltut.datasets.kinds import Labels, Numbers, Pictures
from dltut.exceptions import InputError
from dltut.tasks import read_examples

PICTURES = Pictures((1, 2, 3))
TABLE = Numbers(("age", "weight", "height"), mean=(40.0, 70.0, 1.7), scale=(20.0, 10.0, 0.1))


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


PICTURE_OR_ROW = "give a picture, its file, or a row of data.test.x"
CSV_OR_ROW = "give a CSV file with the columns age, weight, height, or a row of data.test.x"


@pytest.mark.parametrize(
    ("given", "inputs", "message"),
    [
        ("", PICTURES, f"picture 0 has an empty name: {PICTURE_OR_ROW}"),
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


def test_inputs_of_another_kind():
    with pytest.raises(InputError, match="nothing can be read for inputs of the kind Labels"):
        read_examples("a.png", Labels(("a",)))


@pytest.mark.parametrize("inputs", [PICTURES, TABLE])
def test_a_folder_is_not_a_file(inputs, tmp_path):
    with pytest.raises(InputError, match=f"^{tmp_path} is a folder: name the files in it, such as"):
        read_examples(tmp_path, inputs)
