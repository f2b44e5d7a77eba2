"""How the operations of `dltut.kernels` are found in a graph that was written without them."""

from pytensor.compile.mode import get_mode, optdb
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.graph.rewriting.db import EquilibriumDB

from dltut.kernels.rewrites import conv_pool, dense, descent, sums

TAG = "dltut"
# Sums and products are still separate operations at 2.5; at 49 they become composites.
FUSIONS, IN_PLACE = 2.5, 50.1


def numba_mode():
    """PyTensor's NUMBA mode with our rewrites, which other functions do not see."""
    return get_mode("NUMBA").including(TAG)


def _register():
    fusions = EquilibriumDB()
    for rewrite in (*dense.FUSIONS, *descent.FUSIONS, *sums.FUSIONS, *conv_pool.FUSIONS):
        fusions.register(rewrite.__name__, rewrite, TAG)
    optdb.register(f"{TAG}_fusions", fusions, TAG, position=FUSIONS)
    optdb.register(f"{TAG}_in_place", dfs_rewriter(*descent.IN_PLACE), TAG, position=IN_PLACE)


_register()
