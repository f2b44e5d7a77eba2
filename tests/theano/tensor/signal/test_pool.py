import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.tensor.signal import conv, downsample, pool

X = np.random.RandomState(0).rand(2, 3, 4, 6)


def value(expression):
    return theano.function([], expression, mode="FAST_COMPILE")()


def test_older_names_pool_the_same():
    blocks = X.reshape(2, 3, 2, 2, 3, 2).max(axis=(3, 5))
    for found in (
        downsample.max_pool_2d(X, (2, 2), ignore_border=True),
        pool.pool_2d(X, ds=(2, 2), st=(2, 2), padding=(0, 0), ignore_border=True),
        pool.Pool(ignore_border=True)(X, (2, 2)),
        pool.pool_2d(X, T.constant([2, 2]), True),
    ):
        np.testing.assert_array_equal(value(found), blocks)


def test_a_pool_needs_rows_and_columns():
    with pytest.raises(NotImplementedError):
        pool.pool_2d(T.dvector(), (2, 2))


def test_windows_and_steps_that_are_variables_pool_as_numbers_do():
    sizes, x = T.ivectors("ws", "stride"), T.dtensor4("x")
    cases = [
        (mode, border, pad)
        for mode in ("max", "sum", "average_inc_pad", "average_exc_pad")
        for border, pad in ((True, (0, 0)), (True, (1, 1)), (False, (0, 0)))
    ]
    ws, stride = ([each[0], each[1]] for each in sizes)
    found = [pool.pool_2d(x, ws, border, stride, pad, mode) for mode, border, pad in cases]
    cost = pool.pool_2d(x, ws, True, stride)
    made = theano.function([x, *sizes], [*found, T.grad(cost.sum(), x)], mode="FAST_COMPILE")
    tied = np.round(3 * X)  # each of several maxima gets the gradient
    for w, s in (((2, 3), (2, 3)), ((3, 2), (1, 1)), ((2, 2), (3, 2))):
        *values, gradient = made(tied, w, s)
        plain = [pool.pool_2d(x, w, border, s, pad, mode) for mode, border, pad in cases]
        plain += [T.grad(pool.pool_2d(x, w, True, s).sum(), x)]
        wanted = theano.function([x], plain, mode="FAST_COMPILE")(tied)
        for each, other in zip([*values, gradient], wanted, strict=True):
            np.testing.assert_allclose(each, other, rtol=1e-12)


def test_a_volume_too():
    x, w = T.tensor3("x", dtype="float64"), T.iscalar("w")
    made = theano.function([x, w], pool.pool_3d(x, (w, 2, w), True), mode="FAST_COMPILE")
    volume = X[0, :2]
    blocks = volume.reshape(1, 2, 2, 2, 3, 2).max(axis=(1, 3, 5))
    np.testing.assert_array_equal(made(volume, 2), blocks)


def test_a_picture_is_convolved_with_a_filter():
    with pytest.raises(ValueError, match="two or three"):
        conv.conv2d(T.dvector(), T.dmatrix())
    assert value(conv.conv2d(X[0, 0], np.ones((2, 2)))).shape == (3, 5)


def test_whole_numbers_below_zero_are_not_lost_at_a_border():
    """What lies outside of the array is below all of them."""
    x, size = T.constant(np.array([[-5, -3, -9]], np.int32)), T.iscalar()
    pooled = pool.pool_2d(x.dimshuffle("x", "x", 0, 1), ws=(1, size), ignore_border=False)
    found = theano.function([size], pooled, mode="FAST_COMPILE")(2)
    np.testing.assert_array_equal(found, [[[[-3, -9]]]])
    assert found.dtype == np.int32
