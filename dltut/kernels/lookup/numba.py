"""Lookup for NUMBA mode: plain loops."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.rows import add_row, copy_row
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.lookup.op import OUTSIDE, Lookup, LookupGradient


@numba_njit
def check_words(words, n_words):
    """Refuse a number that is no row's."""
    for i in range(words.shape[0]):
        for k in range(words.shape[1]):
            if words[i, k] < 0 or words[i, k] >= n_words:
                raise InputError(OUTSIDE)


def copy_rows(W, words, rows):
    """Fill rows (batch, k, n) from W (n_words, n) by words (batch, k)."""
    check_words(words, len(W))
    for i in range(words.shape[0]):
        for k in range(words.shape[1]):
            copy_row(W[words[i, k]], rows[i, k])


def add_rows(words, up, gradient):
    """Add up (batch, k, n) to the rows of the gradient (n_words, n), which is 0 now."""
    check_words(words, len(gradient))
    for i in range(words.shape[0]):
        for k in range(words.shape[1]):
            add_row(up[i, k], gradient[words[i, k]])


@compiled_form(Lookup)
def lookup(op, node):
    """The rows."""
    W, words = (each.type.dtype for each in node.inputs)
    fill = kernel(copy_rows, (*arrays(W, 2), *arrays(words, 2), *arrays(W, 3)))

    @numba_njit
    def lookup(W, words):
        """Of W (n_words, n) and words (batch, k) the rows (batch, k, n)."""
        rows = np.empty((words.shape[0], words.shape[1], W.shape[1]), dtype=W.dtype)
        fill((W, words, rows))
        return rows

    return lookup


@compiled_form(LookupGradient)
def lookup_gradient(op, node):
    """The gradient of the matrix."""
    _, words, up = (each.type.dtype for each in node.inputs)
    fill = kernel(add_rows, (*arrays(words, 2), *arrays(up, 3), *arrays(up, 2)))

    @numba_njit
    def gradient_of_lookup(W, words, up):
        """Of W (n_words, n), words (batch, k) and up (batch, k, n) the gradient (as W)."""
        gradient = np.zeros(W.shape, dtype=W.dtype)
        fill((words, up, gradient))
        return gradient

    return gradient_of_lookup
