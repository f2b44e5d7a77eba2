"""How the operations of `dltut.kernels` are found in a graph that was written without them."""

from pytensor.compile.mode import Mode, get_mode, optdb
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.graph.rewriting.db import EquilibriumDB

from dltut.kernels.numba.linker import KernelLinker
from dltut.kernels.rewrites import conv_pool, dense, descent, sums

TAG = "dltut"
# Sums and products are still separate operations at 2; at 49 they become composites.
STAGES = {
    2.5: (*dense.FUSIONS, *sums.FUSIONS, *conv_pool.FUSIONS),
    2.6: descent.FUSIONS,  # looks for products and sums that the first stage has made
}
IN_PLACE = 50.1  # once it is known what may be overwritten


def numba_mode():
    """PyTensor's NUMBA mode with our rewrites, which other functions do not see."""
    query = get_mode("NUMBA").provided_optimizer.including(TAG)
    return Mode(KernelLinker(), query)


def _register():
    for position, rewrites in STAGES.items():
        stage = EquilibriumDB()
        for rewrite in rewrites:
            stage.register(rewrite.__name__, rewrite, TAG)
        optdb.register(f"{TAG}_{position}", stage, TAG, position=position)
    in_place = dfs_rewriter(*descent.IN_PLACE)
    optdb.register(f"{TAG}_in_place", in_place, TAG, position=IN_PLACE)


_register()
