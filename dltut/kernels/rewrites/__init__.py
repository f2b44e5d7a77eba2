"""How the operations of `dltut.kernels` are found in a graph that was written without them."""

from pytensor.compile.mode import get_mode, optdb
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.graph.rewriting.db import EquilibriumDB

from dltut.kernels.rewrites import dense

TAG = "dltut"


def numba_mode():
    """PyTensor's NUMBA mode with our rewrites, which other functions do not see."""
    return get_mode("NUMBA").including(TAG)


def _register():
    fusions = EquilibriumDB()
    for rewrite in dense.FUSIONS:
        fusions.register(rewrite.__name__, rewrite, TAG)
    optdb.register(
        f"{TAG}_fusions", fusions, TAG, position=2.5
    )  # before elementwise operations are fused
    in_place = dfs_rewriter(*dense.IN_PLACE)
    optdb.register(f"{TAG}_in_place", in_place, TAG, position=50.1)


_register()
