"""Convolutions against loops over every place."""

import numpy as np
import pytest
from scipy.signal import convolve

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.names import NotServed
from dltut.theano.tensor.nnet import abstract_conv, conv

RNG = np.random.RandomState(3)
X, W = RNG.rand(2, 4, 7, 6), RNG.rand(4, 4, 3, 2)


def value(expression):
    return theano.function([], expression, mode="FAST_COMPILE")()


def plain(x, w):
    """Every picture with every filter, by SciPy."""
    return np.array([[sum(convolve(x[n, c], w[m, c], "valid") for c in range(x.shape[1]))
                      for m in range(len(w))] for n in range(len(x))])  # fmt: skip


@pytest.mark.parametrize("flip", [True, False])
def test_a_convolution_and_its_older_forms(flip):
    w = W if flip else W[:, :, ::-1, ::-1]
    np.testing.assert_allclose(value(T.nnet.conv2d(X, W, filter_flip=flip)), plain(X, w))
    np.testing.assert_allclose(value(conv.conv2d(X, W, image_shape=X.shape)), plain(X, W))


def test_uneven_borders_dilation_and_groups():
    padded = np.pad(X, [(0, 0), (0, 0), (1, 0), (2, 2)])
    found = value(T.nnet.conv2d(X, W, border_mode=((1, 0), 2)))
    np.testing.assert_allclose(found, plain(padded, W))
    wide = np.zeros((4, 4, 5, 3))
    wide[:, :, ::2, ::2] = W
    np.testing.assert_allclose(value(T.nnet.conv2d(X, W, filter_dilation=(2, 2))), plain(X, wide))
    parts = [plain(X[:, 2 * g : 2 * g + 2], W[2 * g : 2 * g + 2, :2]) for g in range(2)]
    found = value(T.nnet.conv2d(X, W[:, :2], num_groups=2))
    np.testing.assert_allclose(found, np.concatenate(parts, axis=1))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"border_mode": "half", "subsample": (2, 1)},
        {"border_mode": (1, 0), "filter_flip": False},
        {"border_mode": ((1, 0), 2)},
        {"filter_dilation": (2, 3)},
        {"num_groups": 2, "subsample": (1, 2)},
    ],
)
def test_the_other_ways_round_are_the_gradients(options):
    x, w = T.dtensor4("x"), T.dtensor4("w")
    maps = T.nnet.conv2d(x, w, **options)
    up = T.ones_like(maps) * T.arange(maps.shape[3])
    found = theano.function(
        [x, w],
        [
            *T.grad((maps * T.arange(maps.shape[3])).sum(), [x, w]),
            abstract_conv.conv2d_grad_wrt_inputs(up, w, (None, None, 7, 6), **options),
            abstract_conv.conv2d_grad_wrt_weights(x, up, (None, None, 3, 2), **options),
            abstract_conv.AbstractConv2d_gradInputs(**options)(w, up, T.constant([7, 6])),
            abstract_conv.AbstractConv2d_gradWeights(**options)(x, up, T.constant([3, 2])),
        ],
        mode="FAST_COMPILE",
    )(X, W[:, :2] if "num_groups" in options else W)
    for number, one in enumerate(found[2:]):
        np.testing.assert_allclose(one, found[number % 2])


def test_a_constant_picture_stays_constant_when_it_is_enlarged():
    large = value(abstract_conv.bilinear_upsampling(np.ones((1, 2, 4, 5)), 2))
    assert large.shape == (1, 2, 8, 10)
    np.testing.assert_allclose(large, 1)


def test_what_is_not_served_says_so():
    up = T.dtensor4()
    for call in (
        lambda: T.nnet.conv2d(X, W, unshared=True),
        lambda: abstract_conv.conv2d_grad_wrt_inputs(up, W, X.shape, unshared=True),
        lambda: abstract_conv.conv2d_grad_wrt_weights(X, up, W.shape, unshared=True),
        lambda: abstract_conv.conv2d_transpose(up, W, X.shape, unshared=True),
        lambda: abstract_conv.AbstractConv2d(unshared=True)(X, W),
    ):
        with pytest.raises(NotServed, match="unshared"):
            call()
    with pytest.raises(NotServed, match="fraction"):
        abstract_conv.bilinear_upsampling(X, frac_ratio=(3, 2))
    with pytest.raises(TypeError, match="4 axes"):
        T.nnet.conv2d(X[0], W)
