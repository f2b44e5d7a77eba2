"""Which products become layers, and that they then mean what they meant before."""

import numpy as np
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal, shared

from dltut.nn.activations import relu

x = pt.dmatrix("x")
X = normal(7, 3)


def test_layers():
    """Every layer of one graph becomes one operation, except for an activation that has none."""
    W, b, V = shared("W", 3, 4), shared("b", 4), shared("V", 4, 2)
    narrow = pt.dmatrix("narrow")
    outputs = [
        pt.tanh(x @ W + b),
        pt.sigmoid(b + x @ (2 * W)),
        relu(x @ (3 * W) + b),
        pt.tanh(x @ (4 * W) + b) @ V,
        narrow @ V.T + b,
    ]
    both = Pair([x, narrow], outputs)
    found = [str(node.op) for node in both.nodes]
    wanted = {"Affine{activation='tanh'}": 2, "Affine{activation='sigmoid'}": 1}
    wanted |= {"Affine{activation='linear'}": 1}
    wanted |= {"MatrixProduct{left_transposed=False, right_transposed=False}": 1}
    wanted |= {"MatrixProduct{left_transposed=False, right_transposed=True}": 1}
    products = [op for op in found if op.startswith(("Affine", "MatrixProduct", "Dot", "Gemm"))]
    assert {op: products.count(op) for op in products} == wanted
    both.assert_same(X, normal(5, 2), steps=1)


def test_sums_that_are_needed_elsewhere():
    """What is shown or used twice is kept: nothing is computed a second time."""
    W, b = shared("W", 3, 4), shared("b", 4)
    sums = x @ W + b
    both = Pair([x], [sums, pt.tanh(sums), (x @ (2 * W)).sum()])
    assert both.node("Affine").op.activation == "linear"
    both.assert_same(X, steps=1)


@pytest.mark.parametrize(("W_shape", "b_shape"), [((3, 4), (1,)), ((3, 1), (5,))])
def test_biases_that_are_broadcast(W_shape, b_shape):
    """One number for all columns, or one column for all numbers: no layer, but right."""
    W, b = (shared(n, *s, shape=s) for n, s in (("W", W_shape), ("b", b_shape)))
    both = Pair([x], pt.tanh(x @ W + b))
    assert "Affine" not in both.operations
    both.assert_same(X, steps=1)


@pytest.mark.parametrize(
    "bias", [lambda c: c.squeeze(1), lambda c: c.dimshuffle(0), lambda c: c[:, 0], lambda c: c.T]
)
def test_biases_that_were_a_column(bias):
    """An axis of length 1 is left out on the way: no layer, but right."""
    column = pt.tensor("column", dtype="float64", shape=(None, 1))
    both = Pair([x, column], [pt.tanh(x @ shared("W", 3, 4) + bias(column))])
    both.assert_same(X, normal(4, 1), steps=1)


def test_factors_that_were_of_three_axes():
    """A transpose that leaves out an axis is no transpose of a matrix."""
    block = pt.tensor("block", dtype="float64", shape=(None, None, 1))
    both = Pair([x, block], [x @ block.dimshuffle(1, 0), block.dimshuffle(1, 0).T @ x.T])
    both.assert_same(X, normal(4, 3, 1), steps=1)


def test_whole_numbers_are_multiplied_by_pytensor():
    a, b = pt.lmatrices("a", "b")
    both = Pair([a, b], a @ b.T)
    assert "MatrixProduct" not in both.operations
    both.assert_same(np.ones((2, 3), "int64"), np.ones((4, 3), "int64"), steps=1)
