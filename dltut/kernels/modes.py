"""The modes of `dltut.function`, the one place of the kernels that has effects.

What a mode needs is loaded, registered and started when it is first asked for: forms of our
operations for the backend, rewrites under a tag that no other mode asks for, threads.
"""

import importlib
from functools import cache
from pathlib import Path

from pytensor.compile.mode import Mode, get_mode, optdb
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.graph.rewriting.db import EquilibriumDB

from dltut.kernels.conv_pool import rewrite as conv_pool
from dltut.kernels.dense import rewrite as dense
from dltut.kernels.descent import rewrite as descent
from dltut.kernels.elementary import rewrite as elementary
from dltut.kernels.elementary import whole
from dltut.kernels.engine.inside import inside_of_loops, inside_of_names
from dltut.kernels.gibbs import rewrite as gibbs
from dltut.kernels.reduction import rewrite as reduction
from dltut.kernels.rules import rewrite as rules
from dltut.kernels.shapes import rewrite as shapes
from dltut.kernels.softmax_regression import rewrite as softmax_regression
from dltut.kernels.straight import rewrite as straight
from dltut.kernels.sums import rewrite as sums

NUMBA, JAX = "dltut_numba", "dltut_jax"  # tags of what our modes do with every graph
NUMBA_INSIDE, JAX_INSIDE = "dltut_numba_inside", "dltut_jax_inside"  # and with graphs in graphs
FAST, FAST_INSIDE = "dltut_fast", "dltut_fast_inside"

# Position in PyTensor's sequence of rewrites: what is done there, until nothing changes any more.
# Sums and products are still operations of their own at 2; from 48 on they become composites.
# A stage looks for what those before it have made.
FUSIONS = {
    1.63: [gibbs.chain_of_loop],  # after loops have lost the values that nobody wants
    2.5: [
        *(dense.product_of_transposed, dense.affine, dense.affine_with_activation),
        *(conv_pool.conv_pool, conv_pool.conv_pool_with_tanh, conv_pool.gradients_with_tanh),
        *(sums.sum_of_squares, sums.channel_sums, gibbs.mean_of_hidden_units),
    ],
    2.52: [softmax_regression.softmax_regression],
    2.6: [descent.descent, descent.squares_of_step],
}
RULES, BEFORE_COMPOSITES, LOOPS, STRAIGHT, IN_PLACE = 2.55, 48.5, 48.55, 48.6, 50.1
BEFORE_THE_END, AT_THE_END = 119, 120


def mode_of(name: str) -> Mode:
    """The mode of PyTensor that `dltut.function` compiles for.

    Parameters
    ----------
    name : {"NUMBA", "JAX", "FAST_COMPILE"}
    """
    return {"NUMBA": numba_mode, "JAX": jax_mode, "FAST_COMPILE": fast_mode}[name]()


@cache
def numba_mode() -> Mode:
    """PyTensor's NUMBA mode with our kernels and rewrites, which other functions do not see.

    The first call loads all kernels, registers the rewrites, sets the C library's memory, and has
    Numba make machine code only where it runs.
    """
    from dltut.kernels.engine.linked import install
    from dltut.kernels.engine.linker import KernelLinker
    from dltut.kernels.engine.memory import keep_freed_memory

    _load("numba")
    keep_freed_memory()
    install()
    for position, rewrites in FUSIONS.items():
        _register(position, rewrites, NUMBA, straight.KERNELS)
    graphs = inside_of_loops(NUMBA_INSIDE), inside_of_names(NUMBA_INSIDE, "NUMBA")
    functions = [elementary.in_single_precision, *graphs]
    _register(BEFORE_COMPOSITES, functions, NUMBA, NUMBA_INSIDE)
    _register(LOOPS, [straight.straight_loop], NUMBA, NUMBA_INSIDE)
    pieces = straight.Straightened()
    optdb.register(f"{NUMBA}_straight", pieces, NUMBA_INSIDE, straight.KERNELS, position=STRAIGHT)
    squares = [sums.sum_of_squares]  # of loops in loops
    _register(BEFORE_THE_END, squares, NUMBA_INSIDE, straight.KERNELS)
    numbers = [shapes.one_number, shapes.known_shape, reduction.reduction]
    _register(AT_THE_END, numbers, NUMBA, NUMBA_INSIDE, straight.KERNELS)
    fused = rules.RulesFused()
    optdb.register(f"{NUMBA}_rules", fused, NUMBA, straight.KERNELS, position=RULES)
    in_place = dfs_rewriter(descent.step_in_place, rules.rule_in_place)
    optdb.register(f"{NUMBA}_in_place", in_place, NUMBA, position=IN_PLACE)
    return Mode(KernelLinker(), get_mode("NUMBA").provided_optimizer.including(NUMBA))


@cache
def jax_mode() -> Mode:
    """PyTensor's JAX mode with our operations, in both float widths.

    The first call loads their forms and registers rewrites of widths and of lengths. JAX's own
    settings stay as they are, see `dltut.kernels.engine.wide`.
    """
    from dltut.kernels.engine.wide import WideLinker

    _load("jax")
    graphs = inside_of_loops(JAX_INSIDE), inside_of_names(JAX_INSIDE, "JAX")
    _register(BEFORE_COMPOSITES, [shapes.arithmetic_of_lengths], JAX, JAX_INSIDE)
    lengths = [shapes.rest_of_lengths, shapes.reshape_by_lengths, shapes.split_by_lengths]
    widths = [sums.in_the_width_of_the_result, *graphs]
    _register(AT_THE_END, [*lengths, *widths], JAX, JAX_INSIDE)
    return Mode(WideLinker(), get_mode("JAX").provided_optimizer.including(JAX))


@cache
def fast_mode() -> Mode:
    """PyTensor's FAST_COMPILE mode, in which NumPy works on whole arrays wherever it can."""
    wholes = [whole.two_at_a_time, whole.cast_by_numpy, inside_of_loops(FAST_INSIDE)]
    _register(AT_THE_END, wholes, FAST, FAST_INSIDE)
    plain = get_mode("FAST_COMPILE")
    return Mode(plain.linker, plain.provided_optimizer.including(FAST))


def _load(backend: str) -> None:
    """Register the forms of all operations for a backend: each folder's numba.py or jax.py."""
    here = Path(__file__).parent
    for folder in sorted(path.parent.name for path in here.glob(f"*/{backend}.py")):
        importlib.import_module(f"dltut.kernels.{folder}.{backend}")


def _register(position: float, rewrites: list, *tags: str) -> None:
    """Make rewrites a stage of the modes that ask for one of the tags.

    Parameters
    ----------
    position : float
        In PyTensor's sequence.
    rewrites : list
    tags : str
        No mode of PyTensor's has one of ours.
    """
    stage = EquilibriumDB()
    for rewrite in rewrites:
        stage.register(rewrite.__name__, rewrite, *tags)
    optdb.register(f"{tags[0]}_{position}", stage, *tags, position=position)
