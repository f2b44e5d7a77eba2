"""Trim for NUMBA mode: a view, and a copy among zeros."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import compiled_form
from dltut.kernels.trim.op import Trim, TrimGradient


@compiled_form(Trim)
def trim(op, node):
    """The first steps."""

    @numba_njit
    def first_steps(x, n):
        """Of x (batch, time, ...) and n () a view (batch, n, ...)."""
        return x[:, : n.item()]

    return first_steps


@compiled_form(TrimGradient)
def trim_gradient(op, node):
    """The gradient of all steps."""

    @numba_njit
    def gradient_of_all_steps(x, up):
        """Of x (batch, time, ...) and up (batch, n, ...) the gradient (as x)."""
        gradient = np.zeros(x.shape, dtype=x.dtype)
        batch = len(up)
        rows = np.ascontiguousarray(up).reshape(batch, up.size // max(1, batch))
        whole = gradient.reshape(batch, gradient.size // max(1, batch))
        for r in range(batch):
            copy_row(rows[r], whole[r])
        return gradient

    return gradient_of_all_steps
