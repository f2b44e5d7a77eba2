"""Logistic regression for NUMBA mode: all of an example while it is in the cache."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.cross_entropy.numba import check_labels
from dltut.kernels.engine.blocks import (
    add_up,
    blocks_for,
    by_rows,
    count_of_blocks,
    leading,
    side_of_block,
)
from dltut.kernels.engine.elementary import exp, log
from dltut.kernels.engine.gemm import prepare, product
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.turned import transpose
from dltut.kernels.softmax_regression.op import SoftmaxRegression


@numba_njit
def delta_of(scores, b, y, share, by_b):
    """Turn scores, a column for each example, into the gradient by them; the sum of the costs.

    Parameters
    ----------
    scores : array, shape (n_out, examples)
        Without biases.
    b : array, shape (n_out,)
    y : integer array, shape (examples,)
    share : float
        Of an example in the mean.
    by_b : array, shape (n_out,)
        The sums of the gradient.
    """
    n_out, examples = scores.shape
    top, total = np.empty(examples, scores.dtype), np.zeros(examples, scores.dtype)
    top[:] = -np.inf
    for k in range(n_out):
        for n in range(examples):
            scores[k, n] += b[k]
            top[n] = max(top[n], scores[k, n])
    cost = 0.0
    for n in range(examples):
        cost += top[n] - scores[y[n], n]
    for k in range(n_out):
        for n in range(examples):
            scores[k, n] = exp(scores[k, n] - top[n])
            total[n] += scores[k, n]
    for n in range(examples):
        cost += log(total[n])
        total[n] = share / total[n]
    for k in range(n_out):
        for n in range(examples):
            scores[k, n] *= total[n]
    for n in range(examples):
        scores[y[n], n] -= share
    for k in range(n_out):
        by_b[k] = scores[k].sum()
    return cost


@numba_njit
def learn_block(i, side, x, W, b, y, costs, by_W, by_b):
    """What block i of the examples tells.

    Parameters
    ----------
    side : int
        Examples of a block.
    x : array, shape (batch, n_in)
    W : array, shape (n_out, n_in)
        The weights' transpose.
    b : array, shape (n_out,)
    y : integer array, shape (batch,)
    costs : float64 array, shape (blocks,)
    by_W, by_b : arrays, shapes (blocks, n_out, n_in), (blocks, n_out)
    """
    x_block, y_block = x[i * side : (i + 1) * side], y[i * side : (i + 1) * side]
    (n_out, n_in), m, ldx = W.shape, len(x_block), leading(x)
    delta, share = np.empty((n_out, m), W.dtype), W.dtype.type(1) / W.dtype.type(len(x))
    product(False, True, n_out, m, n_in, 1, W, n_in, x_block, ldx, 0, delta, m)
    costs[i] = delta_of(delta, b, y_block, share, by_b[i])
    product(False, False, n_out, n_in, m, 1, delta, m, x_block, ldx, 0, by_W[i], n_in)


def learn(x, W, b, y, cost, by_W, by_b):
    """The mean cost and its gradients.

    Parameters
    ----------
    x : array, shape (batch, n_in)
    W, by_W : arrays, shape (n_in, n_out)
    b, by_b : arrays, shape (n_out,)
    y : integer array, shape (batch,)
    cost : array, shape ()
    """
    x, (n_in, n_out) = by_rows(x), W.shape
    if x.shape[1] != n_in or len(b) != n_out:
        raise InputError(
            "examples do not have as many columns as their weights rows, or there are not as many "
            "biases as columns of weights: weights have a row for each column, and a column for "
            "each class"
        )
    check_labels(np.empty((len(x), n_out), np.bool_), y)
    side = side_of_block(len(x), 1, blocks_for(len(x), W.size * len(x)))
    blocks, turned = count_of_blocks(len(x), side), np.empty((n_out, n_in), W.dtype)
    transpose(W.reshape(-1), n_in, n_out, turned.reshape(-1))
    costs, parts = np.empty(blocks, np.float64), np.empty((blocks, n_out, n_in), W.dtype)
    shifts = np.empty((blocks, n_out), W.dtype)
    in_parallel(learn_block, blocks, (side, x, turned, b, y, costs, parts, shifts))
    add_up(parts.reshape(blocks, n_out * n_in))
    add_up(shifts)
    transpose(parts[0].reshape(-1), n_out, n_in, by_W.reshape(-1))
    copy_row(shifts[0], by_b)
    cost[()] = costs.sum() / len(x)


@compiled_form(SoftmaxRegression)
def softmax_regression(op, node):
    """The mean cost and its gradients."""
    dtype, labels = node.inputs[0].type.dtype, node.inputs[3].type.dtype
    prepare(dtype)
    W, b = arrays(dtype, 2, 1, layout="C")
    results = arrays(dtype, 0, 2, 1, layout="C")
    fill = kernel(learn, (*arrays(dtype, 2), W, b, *arrays(labels, 1), *results))

    @numba_njit
    def softmax_regression(x, W, b, y):
        """Of x (batch, n_in), W (n_in, n_out), b (n_out,), y (batch,) the cost and gradients."""
        cost, by_W, by_b = np.empty((), W.dtype), np.empty(W.shape, W.dtype), np.empty_like(b)
        fill((x, np.ascontiguousarray(W), np.ascontiguousarray(b), y, cost, by_W, by_b))
        return cost, by_W, by_b

    return softmax_regression
