"""Convolutions of volumes against loops over every place."""

import numpy as np
import pytest
from scipy.signal import convolve

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.names import NotServed
from dltut.theano.tensor.nnet import Conv3D, abstract_conv, conv3d2d

RNG = np.random.RandomState(3)
FIVE = T.TensorType("float64", (False,) * 5)


def value(expression):
    return theano.function([], expression, mode="FAST_COMPILE")()


def plain(x, w):
    """Every volume with every filter, by SciPy."""
    return np.array([[sum(convolve(x[n, c], w[m, c], "valid") for c in range(x.shape[1]))
                      for m in range(len(w))] for n in range(len(x))])  # fmt: skip


def test_volumes():
    x, w = RNG.rand(1, 2, 4, 5, 5), RNG.rand(2, 2, 2, 3, 3)
    expected = plain(x, w)
    np.testing.assert_allclose(value(T.nnet.conv3d(x, w)), expected)
    turned = conv3d2d.conv3d(
        T.constant(x.swapaxes(1, 2)), T.constant(w.swapaxes(1, 2)), None, w.swapaxes(1, 2).shape
    )
    np.testing.assert_allclose(value(turned).swapaxes(1, 2), expected)
    last = Conv3D.conv3D(
        T.constant(np.moveaxis(x, 1, -1)),
        T.constant(np.moveaxis(w[:, :, ::-1, ::-1, ::-1], 1, -1)),
        0.0,
        (1, 1, 1),
    )
    np.testing.assert_allclose(np.moveaxis(value(last), -1, 1), expected)


def test_groups_see_channels_of_their_own():
    x, w = RNG.rand(1, 4, 3, 4, 4), RNG.rand(4, 2, 2, 3, 3)
    parts = [plain(x[:, 2 * g : 2 * g + 2], w[2 * g : 2 * g + 2]) for g in range(2)]
    found = value(T.nnet.conv3d(x, w, num_groups=2))
    np.testing.assert_allclose(found, np.concatenate(parts, axis=1))


def test_the_other_ways_round_are_the_gradients():
    options = {"border_mode": (1, 0, 1), "subsample": (1, 2, 1)}
    x, w, shape = FIVE("x"), FIVE("w"), (2, 2, 2, 3, 1)
    maps = T.nnet.conv3d(x, w, filter_shape=shape, **options)
    up = T.ones_like(maps) * T.arange(maps.shape[4])
    of_inputs = abstract_conv.AbstractConv3d_gradInputs(kshp=shape, **options)
    of_weights = abstract_conv.AbstractConv3d_gradWeights(kshp=shape, **options)
    found = theano.function(
        [x, w],
        [
            *T.grad((maps * T.arange(maps.shape[4])).sum(), [x, w]),
            of_inputs(w, up, T.constant([4, 5, 3])),
            of_weights(x, up, T.constant([2, 3, 1])),
        ],
        mode="FAST_COMPILE",
    )(RNG.rand(1, 2, 4, 5, 3), RNG.rand(*shape))
    np.testing.assert_allclose(found[2], found[0])
    np.testing.assert_allclose(found[3], found[1])


def test_what_is_not_served_says_so():
    with pytest.raises(NotServed, match="unshared"):
        T.nnet.conv3d(FIVE(), FIVE(), unshared=True)
    with pytest.raises(NotServed, match="filter_shape"):
        T.nnet.conv3d(FIVE(), FIVE())
