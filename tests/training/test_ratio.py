"""Measures a frame: sums over sums, whatever the minibatches."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import shared_dataset
from dltut.training import Monitor, minibatch_functions, ratios


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
def test_any_minibatches(batch_size):
    rng = np.random.default_rng(1)
    rows = rng.random((5, 2))
    x = pt.matrix("x")
    sums = {"notes": x[:, 0].mean(), "silences": 2 * x[:, 0].mean(), "frames": x[:, 1].mean()}
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        splits = {"valid": shared_dataset((rows,)), "test": shared_dataset((rows[:4] ** 2,))}
        measured = minibatch_functions(sums, [x], splits, min(batch_size, 4), at_once=1)
        found = ratios(measured, "frames")
        names = "valid_notes", "valid_silences", "test_notes", "test_silences"
        assert tuple(found) == names
        wanted = rows[:, 0].sum() / rows[:, 1].sum()
        assert found["valid_notes"].mean() == pytest.approx(wanted)
        assert found["valid_silences"].mean() == pytest.approx(2 * wanted)
        other = rows[:4] ** 2
        assert found["test_notes"].mean() == pytest.approx(other[:, 0].sum() / other[:, 1].sum())
        one = rows[:batch_size] if batch_size < 5 else rows[:4]
        assert found["valid_notes"](0) == pytest.approx(one[:, 0].sum() / one[:, 1].sum())
        monitor = Monitor(found, watch="valid_notes")
        assert monitor.tried()["valid_silences"] == pytest.approx(
            2 * monitor.tried()["valid_notes"]
        )
