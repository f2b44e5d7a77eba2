"""Steps as rows for NUMBA mode: views of what lies in one piece, or copies without padding."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import compiled_form
from dltut.kernels.steps.op import NOT_FIT, AsRows, AsSteps, RealRows, RealSteps


@compiled_form(AsRows)
def as_rows(op, node):
    """The matrix."""

    @numba_njit
    def as_rows(x):
        """Of x (time, batch, n) a matrix (time * batch, n)."""
        time, batch, n = x.shape
        return np.ascontiguousarray(x).reshape((time * batch, n))

    return as_rows


@compiled_form(AsSteps)
def as_steps(op, node):
    """The steps."""

    @numba_njit
    def as_steps(rows, like):
        """Of rows (time * batch, m) and anything (time, batch, n) a tensor (time, batch, m)."""
        shape = like.shape[0], like.shape[1], rows.shape[1]
        return np.ascontiguousarray(rows).reshape(shape)

    return as_steps


@compiled_form(RealRows)
def real_rows(op, node):
    """The rows without padding."""

    @numba_njit
    def real_rows(x, mask):
        """Of x (time, batch, n) and a mask (time, batch) the rows (steps, n)."""
        if x.shape[:2] != mask.shape:
            raise InputError(NOT_FIT)
        rows, row = np.empty((np.sum(mask), x.shape[2]), x.dtype), 0
        for t in range(len(x)):
            for r in range(x.shape[1]):
                if mask[t, r]:
                    copy_row(x[t, r], rows[row])
                    row += 1
        return rows

    return real_rows


@compiled_form(RealSteps)
def real_steps(op, node):
    """The steps, zeros among them."""

    @numba_njit
    def real_steps(rows, mask):
        """Of rows (steps, m) and a mask (time, batch) a tensor (time, batch, m)."""
        if len(rows) != np.sum(mask):
            raise InputError(NOT_FIT)
        steps, row = np.empty((*mask.shape, rows.shape[1]), rows.dtype), 0
        for t in range(len(mask)):
            for r in range(mask.shape[1]):
                if mask[t, r]:
                    copy_row(rows[row], steps[t, r])
                    row += 1
                else:
                    steps[t, r] = 0
        return steps

    return real_steps
