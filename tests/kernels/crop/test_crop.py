"""Cropping inside of compiled graphs: gradients of gradients, and what is refused at once."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.kernels.crop import Crop


def test_the_gradient_of_the_gradient(rng):
    """Linear there and back."""
    x = pt.dtensor4("x")
    part = Crop(True)(x, pt.zeros((1, 1, 2, 3)))
    gradient = pytensor.grad((part**3).sum(), x)
    second = pytensor.grad(gradient.sum(), x)
    a = rng.normal(size=(1, 2, 5, 4))
    wanted = np.zeros_like(a)
    wanted[:, :, 1:3, 0:3] = 6 * a[:, :, 1:3, 0:3]
    np.testing.assert_allclose(second.eval({x: a}, mode="FAST_COMPILE"), wanted)


def test_known_sizes_are_refused_before_anything_is_compiled():
    with pytest.raises(InputError, match=r"^maps of 2 x 2 cannot be cropped to 1 x 3: exchange"):
        Crop(False)(pt.zeros((1, 1, 2, 2)), pt.zeros((1, 1, 1, 3)))
