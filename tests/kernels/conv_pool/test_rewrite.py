"""Gradients and biases that are not one for each number: repeated as in PyTensor, or refused."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal

from dltut.exceptions import InputError
from dltut.nn import conv2d, pool2d

x, w = pt.dtensor4("x"), pt.dtensor4("w")
X, W = normal(3, 2, 6, 7), normal(4, 2, 3, 2)


def layer(b):
    return pt.tanh(pool2d(conv2d(x, w), 2) + b[None, :, None, None])


@pytest.mark.parametrize(
    "cost",
    [
        lambda maps: 3 * maps.sum(),  # the gradient is one number for all
        lambda maps: maps.mean(),
        lambda maps: (maps * pt.arange(4.0)[None, :, None, None]).sum(),  # one for each map
        lambda maps: (maps.sum(axis=0, keepdims=True) * maps).sum(),
    ],
)
def test_gradients_that_are_repeated(cost):
    """What stands in front of the tanh need not be as large as the maps."""
    b = pt.dvector("b")
    total = cost(layer(b))
    both = Pair([x, w, b], [total, *pytensor.grad(total, [x, w, b])])
    assert "PooledConvolution" in both.operations
    both.assert_same(X, W, normal(4), steps=1)


def test_a_bias_that_is_repeated():
    b = pt.tensor("b", dtype="float64", shape=(1,))
    Pair([x, w, b], layer(b)).assert_same(X, W, normal(1), steps=1)


def test_a_bias_that_was_a_column():
    column = pt.tensor("column", dtype="float64", shape=(None, 1))
    Pair([x, w, column], layer(column.squeeze(1))).assert_same(X, W, normal(4, 1), steps=1)


@pytest.mark.parametrize("n", [1, 2, 8, 0])
def test_biases_that_are_too_few_or_too_many(n):
    b = pt.dvector("b")
    both = Pair([x, w, b], layer(b))
    with pytest.raises(InputError, match=f"{n} biases for 4 filters: give one for each"):
        both.rewritten(X, W, normal(n))


def test_a_gradient_of_another_shape():
    up = pt.dtensor4("up")
    pooled = pool2d(conv2d(x, w), 2)
    both = Pair([x, w, up], pytensor.grad(None, [x, w], known_grads={pooled: up}))
    assert "PooledConvolutionGradients" in both.operations
    both.assert_same(X, W, normal(3, 4, 2, 3), steps=1)
    for function in (both.rewritten, both.plain):
        with pytest.raises(InputError, match="does not have the shape of the pooled maps"):
            function(X, W, np.ones((2, 4, 2, 3)))
