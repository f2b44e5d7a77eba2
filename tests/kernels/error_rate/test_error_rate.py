"""The error rate beside NumPy's argmax: ties, special values, layouts, refusals."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.error_rate import ErrorRate

MODES = "NUMBA", "FAST_COMPILE"
WIDTHS = "float32", "float64"


@pytest.fixture(scope="module")
def functions():
    compiled = {}

    def of(mode, width="float64"):
        if (mode, width) not in compiled:
            scores, y = pt.matrix("scores", dtype=width), pt.ivector("y")
            compiled[mode, width] = function([scores, y], ErrorRate()(scores, y), mode=mode)
        return compiled[mode, width]

    return of


def check(f, scores, y):
    rate = f(scores, y.astype("int32"))
    assert rate.dtype == "float64"
    assert rate == np.mean(np.argmax(scores, axis=1) != y)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("rows", "classes"), [(1, 1), (1, 10), (7, 1), (7, 3), (10000, 10)])
def test_argmax(functions, mode, width, rng, rows, classes):
    """Whole numbers tie often: the first of the largest counts."""
    y = rng.integers(0, classes, rows)
    for scores in (rng.normal(size=(rows, classes)), rng.integers(0, 3, (rows, classes))):
        check(functions(mode, width), scores.astype(width), y)


@pytest.mark.parametrize("mode", MODES)
def test_special_values(functions, mode, rng):
    """For NumPy the first NaN is the largest of all."""
    values = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])
    check(functions(mode), rng.choice(values, (500, 4)), rng.integers(0, 4, 500))


def test_layouts(functions, rng):
    scores, y = rng.normal(size=(12, 10)), rng.integers(0, 5, 40).astype("int32")
    for each in (np.asfortranarray(scores), scores.T, scores[::2, ::-2], scores[:5, 1:]):
        check(functions("NUMBA"), each, y[: 2 * len(each) : 2])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("rows", "labels"), [(0, 0), (5, 2), (2, 5)])
def test_batches_that_do_not_fit(functions, mode, rows, labels):
    with pytest.raises(InputError, match=r"^a batch .*: give one label for each row, and at least"):
        functions(mode)(np.zeros((rows, 3)), np.zeros(labels, "int32"))
    assert functions(mode)(np.eye(3), np.array([0, 1, 0], "int32")) == 1 / 3
