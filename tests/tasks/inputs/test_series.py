"""The end of a series: of a file, of columns, of prepared windows."""

import numpy as np
import pytest

from dltut.datasets.kinds import Series
from dltut.exceptions import InputError
from dltut.tasks import read_examples

POWER = Series(("power", "voltage"), 2, mean=(1.0, 230.0), scale=(0.5, 10.0))
END = [[0.0, 1.0], [2.0, -1.0]]


def test_the_last_steps(tmp_path):
    path = tmp_path / "end.csv"
    path.write_text("voltage,power\n220,9\n240,1\n220,2\n")
    for given in (path, {"power": [9, 1, 2], "voltage": [220, 240, 220]}, np.array([END])):
        [example] = read_examples(given, POWER)
        np.testing.assert_allclose(example.x.reshape(2, 2), END)
        np.testing.assert_allclose(example.given, [[1, 240], [2, 220]])
    [far] = read_examples({"power": [1, 100], "voltage": [230, 230]}, POWER)
    assert far.note == "values 198 standard deviations from those that were learned"


def test_what_is_too_short_or_has_a_gap(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("voltage,power\n220,9\n")
    with pytest.raises(InputError, match=r"short.csv has 1 values; the model takes the last 2"):
        read_examples(path, POWER)
    with pytest.raises(InputError, match="3 values, and 1 of the last 2 are missing"):
        read_examples({"power": [1, np.nan, 1], "voltage": [1, 1, 1]}, POWER)
    for columns in ({"power": [1, 2]}, {"power": [1, 2], "voltage": [1]}):
        with pytest.raises(InputError, match="give power, voltage, equally long"):
            read_examples(columns, POWER)
