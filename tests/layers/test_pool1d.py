"""The pooling layer for series, and what can be said of its sizes."""

import numpy as np
import pytensor.tensor as pt

from dltut.layers import Pool1D


def test_sizes_and_values():
    assert Pool1D(3, 2, ignore_border=False).out_shape((5, 8)) == (5, 4)
    x = np.arange(8.0).reshape(1, 2, 4)
    found = Pool1D(2, mode="sum")(pt.as_tensor(x)).eval(mode="FAST_COMPILE")
    np.testing.assert_array_equal(found, [[[1, 5], [9, 13]]])
