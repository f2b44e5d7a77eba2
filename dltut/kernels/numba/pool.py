"""Pooling for NUMBA mode: one loop over maps and windows."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.errors import InputError
from dltut.kernels.numba.version import source_version
from dltut.kernels.pool import Pool2d, Pool2dGradient


def _tools(op):
    """Compiled helpers: how many windows, the span of one, and what it is divided by."""
    ignore_border = op.ignore_border
    include_pad, average = op.mode == "average_inc_pad", op.mode.startswith("average")

    @numba_njit
    def count(n, ws, stride, pad):
        if ignore_border:
            size = (n + 2 * pad - ws) // stride + 1
        elif stride >= ws:
            size = (n - 1) // stride + 1
        else:
            size = max(0, (n - 1 - ws + stride) // stride) + 1
        if size < 1 or n < 1:
            raise InputError(
                "a pool does not fit into an image and its padding: "
                "use a smaller pool or larger pictures, or ignore_border=False"
            )
        return size

    @numba_njit
    def span(i, n, ws, stride, pad):
        start = i * stride - pad
        stop = min(start + ws, n + pad)
        first, last = max(start, 0), min(stop, n)
        if not average:
            return first, last, 1
        return first, last, stop - start if include_pad else last - first

    return count, span


@register_funcify_default_op_cache_key(Pool2d)
def pool2d(op, node, **kwargs):
    count, span = _tools(op)
    (ws0, ws1), (stride0, stride1), (pad0, pad1) = op.ws, op.stride, op.pad
    maximum = op.mode == "max"

    @numba_njit
    def pool(x):
        batch, maps, rows, columns = x.shape
        n_rows, n_columns = count(rows, ws0, stride0, pad0), count(columns, ws1, stride1, pad1)
        out = np.empty((batch, maps, n_rows, n_columns), dtype=x.dtype)
        for n in range(batch):
            for m in range(maps):
                for i in range(n_rows):
                    top, bottom, height = span(i, rows, ws0, stride0, pad0)
                    for j in range(n_columns):
                        left, right, width = span(j, columns, ws1, stride1, pad1)
                        value = x[n, m, top, left] if maximum else x.dtype.type(0)
                        for r in range(top, bottom):
                            for s in range(left, right):
                                if not maximum:
                                    value += x[n, m, r, s]
                                elif x[n, m, r, s] > value or np.isnan(x[n, m, r, s]):
                                    value = x[n, m, r, s]
                        out[n, m, i, j] = value if maximum else value / (height * width)
        return out

    return pool, source_version()


@register_funcify_default_op_cache_key(Pool2dGradient)
def pool2d_gradient(op, node, **kwargs):
    count, span = _tools(op)
    (ws0, ws1), (stride0, stride1), (pad0, pad1) = op.ws, op.stride, op.pad
    maximum = op.mode == "max"

    @numba_njit
    def gradient_of_pool(x, up):
        batch, maps, rows, columns = x.shape
        n_rows, n_columns = count(rows, ws0, stride0, pad0), count(columns, ws1, stride1, pad1)
        gradient = np.zeros(x.shape, dtype=x.dtype)
        for n in range(batch):
            for m in range(maps):
                for i in range(n_rows):
                    top, bottom, height = span(i, rows, ws0, stride0, pad0)
                    for j in range(n_columns):
                        left, right, width = span(j, columns, ws1, stride1, pad1)
                        share = up[n, m, i, j] if maximum else up[n, m, i, j] / (height * width)
                        row, column = top, left
                        for r in range(top, bottom):
                            for s in range(left, right):
                                if not maximum:
                                    gradient[n, m, r, s] += share
                                elif x[n, m, r, s] > x[n, m, row, column]:
                                    row, column = r, s
                        if maximum:
                            gradient[n, m, row, column] += share
        return gradient

    return gradient_of_pool, source_version()
