"""Steps as rows for NUMBA mode: views of what lies in one piece."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import compiled_form
from dltut.kernels.steps.op import AsRows, AsSteps


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
