"""Move the picture and the feature maps move with it; pooling forgives small moves."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.nn import conv2d, pool2d

rng = np.random.RandomState(0)
digit = load("digits").test.x[0].reshape(1, 1, 28, 28).astype("float64")
filters = pytensor.shared(rng.normal(size=(4, 1, 5, 5)), name="filters")

x = pt.dtensor4("x")
maps = conv2d(x, filters)
both = function([x], [maps, pool2d(maps, 2)])
moved = np.roll(digit, (2, 2), axis=(2, 3))  # the rim is empty: nothing leaves the picture
assert not digit[:, :, -2:].any()
assert not digit[:, :, :, -2:].any()

(maps_0, pooled_0), (maps_2, pooled_2) = (
    both(digit.astype("float64")),
    both(moved.astype("float64")),
)
np.testing.assert_allclose(maps_2[:, :, 2:, 2:], maps_0[:, :, :-2, :-2], atol=1e-12)
np.testing.assert_allclose(pooled_2[:, :, 1:, 1:], pooled_0[:, :, :-1, :-1], atol=1e-12)

by_one = np.roll(digit, 1, axis=3)
changes = [
    np.abs(after - before).mean() / np.abs(before).mean()
    for before, after in zip((maps_0, pooled_0), both(by_one), strict=True)
]
print(
    "one pixel to the right changes the maps by {:.0%}, the pooled ones by {:.0%}".format(*changes)
)
assert changes[1] < changes[0]
