"""Rows for NUMBA mode: a view."""

from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import compiled_form
from dltut.kernels.rows.op import Rows


@compiled_form(Rows)
def rows(op, node):
    """A slice whose length is known when it is compiled."""
    size = op.size

    @numba_njit
    def rows_view(data, start):
        """Of data (n, ...) and start () a view (size, ...)."""
        first = start.item()
        return data[first : first + size]

    return rows_view
