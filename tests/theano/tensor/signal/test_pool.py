import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.names import NotServed
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


def test_a_window_that_is_a_variable_is_refused():
    with pytest.raises(NotServed, match="whole numbers"):
        pool.pool_2d(X, (T.iscalar(), 2), True)
    with pytest.raises(NotImplementedError):
        pool.pool_2d(T.dvector(), (2, 2))


def test_a_picture_is_convolved_with_a_filter():
    with pytest.raises(ValueError, match="two or three"):
        conv.conv2d(T.dvector(), T.dmatrix())
    assert value(conv.conv2d(X[0, 0], np.ones((2, 2)))).shape == (3, 5)
