"""Convolution in four loops, beside `conv2d`; and what flipping the filter means."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.nn import conv2d


def convolved(x, w):
    """Maps, (maps, out rows, out columns), of one picture, (channels, rows, columns)."""
    n_maps, _, height, width = w.shape
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    turned = w[:, :, ::-1, ::-1]
    maps = np.empty((n_maps, rows, columns))
    for m in range(n_maps):
        for r in range(rows):
            for s in range(columns):
                maps[m, r, s] = np.sum(turned[m] * x[:, r : r + height, s : s + width])
    return maps


rng = np.random.RandomState(0)
picture, filters = rng.rand(3, 9, 8), rng.rand(2, 3, 4, 5)

x, w = pt.dtensor4("x"), pt.dtensor4("w")
convolution, correlation = function([x, w], [conv2d(x, w), conv2d(x, w, filter_flip=False)])(
    picture[None], filters
)

np.testing.assert_allclose(convolution[0], convolved(picture, filters))
np.testing.assert_allclose(correlation[0], convolved(picture, filters[:, :, ::-1, ::-1]))
print("maps of shape", convolution.shape, "agree")
