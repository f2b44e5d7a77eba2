"""Padded sequences beside NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.nn.sequences import mean_over_time, places, trimmed


@pytest.mark.parametrize("lengths", [[3, 1, 0], [5, 5], [0, 0]])
def test_trimmed_to_the_longest(lengths):
    words = (np.arange(5) < np.array(lengths)[:, None]).astype("int32")
    frames = np.random.default_rng(1).normal(size=(*words.shape, 2))
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        cut, cut_frames = trimmed(pt.as_tensor(words), pt.as_tensor(frames))
        longest = max(1, *lengths)
        np.testing.assert_array_equal(cut.eval(), words[:, :longest])
        np.testing.assert_array_equal(cut_frames.eval(), frames[:, :longest])


def test_a_hole_is_no_end():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        assert trimmed(pt.as_tensor([[0, 7, 0], [1, 0, 0]])).eval().tolist() == [[0, 7], [1, 0]]


def test_places_along_an_axis_of_unknown_length(mode):
    """JAX has no ranges of such a length."""
    x = pt.imatrix("x")
    f = function([x], [places(x), places(x, axis=1)])
    for rows, columns in ((2, 3), (4, 1)):
        found = f(np.zeros((rows, columns), "int32"))
        assert [each.tolist() for each in found] == [[*range(rows)], [*range(columns)]]


def test_mean_over_the_steps_that_count(rng):
    h, mask = rng.normal(size=(4, 3, 2)), np.array([[1, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]])
    wanted = [h[:3, 0].mean(axis=0), h[0, 1], np.zeros(2)]
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        x, m = pt.tensor3("h"), pt.matrix("mask")
        f = function([x, m], mean_over_time(x, m))
    np.testing.assert_allclose(f(h, mask), wanted)
