"""Rows for NUMBA mode: a view."""

from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.numba.version import source_version
from dltut.kernels.rows import Rows


@register_funcify_default_op_cache_key(Rows)
def rows(op, node, **kwargs):
    size = op.size

    @numba_njit
    def rows_view(data, start):
        first = start.item()
        return data[first : first + size]

    return rows_view, source_version()
