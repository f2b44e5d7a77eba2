"""Pictures and masks that are moved stay together, whatever is done to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from dltut.datasets.augmentation import Augmentation, augmented
from dltut.exceptions import InputError

EVERYTHING = {"flip_rows": True, "flip_columns": True, "rotation": 40.0, "shear": 0.4, "warp": 1.5}


def pattern(rng, side=48):
    """Large fields, none like another: a mask, and a picture that shows the mask's numbers."""
    field = ndimage.gaussian_filter(rng.normal(size=(side, side)), 6, mode="wrap")
    y = np.searchsorted(np.quantile(field, [0.25, 0.5, 0.75]), field)
    return y[None].astype(float), y


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    chosen=st.sets(st.sampled_from(sorted(EVERYTHING)), min_size=1),
    crop=st.one_of(st.none(), st.tuples(st.integers(20, 48), st.integers(20, 48))),
)
def test_a_labelled_pattern_survives(seed, chosen, crop):
    """Where all around has one label, the picture shows this label, whatever the movement."""
    rng = np.random.default_rng(seed)
    x, y = pattern(rng)
    how = Augmentation(**{name: EVERYTHING[name] for name in chosen}, crop=crop)
    new_x, new_y = how(x, y, rng)
    assert new_x.shape == (1, *(crop or y.shape)) and new_y.shape == new_x.shape[1:]
    around = ndimage.minimum_filter(new_y, 5), ndimage.maximum_filter(new_y, 5)
    inside = (around[0] == around[1]) & (new_y >= 0)
    assert inside.sum() > 5
    off = np.abs(new_x[0] - new_y)
    assert (off[inside] < 0.5).mean() > 0.98  # all but thin things, which a step may pass over
    known = new_y >= 0
    assert known.mean() > 0.2 and off[known].mean() < 0.25
    assert {*np.unique(new_y)} <= {-1, *np.unique(y)}


def test_flips_and_crops_are_pixels_as_they_were(rng):
    x, y = rng.random((2, 7, 9)), np.arange(63).reshape(7, 9)
    how, seen = Augmentation(True, True, crop=(5, 6)), set()
    for _ in range(60):
        new_x, new_y = how(x, y, rng)
        rows, columns = np.unravel_index(new_y, y.shape)
        np.testing.assert_array_equal(new_x, x[:, rows, columns])
        seen.add((int(rows.min()), int(columns.min()), new_y[0, 0] > new_y[-1, 0]))
    assert len(seen) > 15  # corners and directions


def test_a_quarter_of_a_turn(rng):
    """By hand: rotation about the middle, nearest for labels, lines between for pictures."""
    how = Augmentation(rotation=90)

    class Always90:
        def integers(self, n):
            return 0

        def uniform(self, low, high):
            return high

    x, y = rng.random((1, 5, 5)), rng.integers(0, 9, (5, 5))
    new_x, new_y = how(x, y, Always90())
    np.testing.assert_array_equal(new_y, np.rot90(y, -1))
    np.testing.assert_allclose(new_x[0], np.rot90(x[0], -1), atol=1e-12)


def test_turned_noise_stays_noise(rng):
    """Lines between pixels would leave two thirds of it; what splines overshoot is cut off."""
    x, y, how = rng.uniform(size=(1, 64, 64)), np.zeros((64, 64), int), Augmentation(rotation=180)
    turned = [how(x, y, rng) for _ in range(20)]
    deviations = [new_x[0][new_y == 0].std() for new_x, new_y in turned]
    assert 0.8 < np.mean(deviations) / x.std() < 1
    assert all(new_x.min() >= 0 and new_x.max() <= 1 for new_x, _ in turned)


def test_epochs_are_drawn_from_seed_epoch_and_row(rng):
    x, y = rng.random((3, 1, 20, 20)), rng.integers(0, 3, (3, 20, 20))
    how = Augmentation(**EVERYTHING, crop=(16, 12))
    one, again, later = (augmented(x, y, how, seed=1, epoch=e) for e in (1, 1, 2))
    for a, b, c in zip(one, again, later, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()
    last = augmented(x[2:], y[2:], how, seed=1)  # row 0 of another split draws what row 0 draws
    assert one[0].dtype == np.float32 and one[1].dtype == np.int32 and last[1].shape == (1, 16, 12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rotation": -1}, "rotation is -1; expected a number of at least 0"),
        ({"warp": float("nan")}, "warp is nan; expected"),
        ({"shear": "much"}, "shear is 'much'; expected"),
        ({"grid": 1}, "grid is 1; it counts points along a side, at least 2"),
        ({"crop": 5}, r"crop is 5; expected \(rows, columns\)"),
        ({"crop": (0, 4)}, r"crop is \(0, 4\); expected"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(InputError, match=f"^{message}"):
        Augmentation(**arguments)


def test_a_crop_that_is_too_large():
    with pytest.raises(InputError, match=r"^a crop of 9 x 4 does not fit into pictures of 8 x 8"):
        augmented(np.zeros((1, 1, 8, 8)), np.zeros((1, 8, 8), int), Augmentation(crop=(9, 4)), 1)
