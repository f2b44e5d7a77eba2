"""Dots and lines are where the samples and the density say."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import samples_picture

figure_of = samples_picture.__wrapped__


def density(points):
    return np.exp(-(points**2).sum(axis=1) / 2)


def test_dots_lines_and_a_path(rng):
    samples, path = rng.normal(size=(500, 2)), np.array([[0.0, 0.0], [1.0, 0.5]])
    (axes,) = figure_of(samples, density, path, ("a", "b")).axes
    dots, way, ring = axes.lines
    np.testing.assert_array_equal(dots.get_xydata(), samples)
    np.testing.assert_array_equal(way.get_xydata(), path)
    np.testing.assert_array_equal(ring.get_xydata(), path[:1])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")


def test_lines_hold_their_share_of_a_gaussian(rng):
    """Half of it lies within the radius sqrt(2 log 2) of the centre, 90 % within sqrt(2 log 10)."""
    (axes,) = figure_of(5 * rng.uniform(-1, 1, (500, 2)), density).axes
    (lines,) = axes.collections
    radii = [np.hypot(*path.vertices.T) for path in lines.get_paths()]
    for radius, outside in zip(radii, (0.01, 0.1, 0.5), strict=True):
        np.testing.assert_allclose(radius, np.sqrt(2 * np.log(1 / outside)), atol=0.05)


def test_a_picture(rng):
    picture = samples_picture(rng.normal(size=(50, 2)), density)
    assert np.asarray(picture.convert("L")).std() > 5


@pytest.mark.parametrize("shape", [(3,), (3, 5), (0, 2)])
def test_what_is_no_sample_of_the_plane(shape):
    with pytest.raises(InputError, match="cannot be drawn: choose two of their columns"):
        samples_picture(np.zeros(shape), density)
