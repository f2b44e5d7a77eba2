"""Sums of squares, and sums over every axis but the channels'; in JAX, sums that keep their width.

PyTensor accumulates float32 sums in float64, and its form for JAX leaves the result at that width.
Where JAX knows 64 bits, as in our functions, that would turn the rest of a float32 graph into
float64.
"""

import pytensor.scalar as ps
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import CAReduce

from dltut.kernels.engine.graph import scalar_operation
from dltut.kernels.sums.op import ChannelSums, SumOfSquares


@node_rewriter([CAReduce])
def sum_of_squares(fgraph, node):
    """``(x**2).sum()`` without storing the squares.

    ::

        Sum(Sqr(x))     ->  SumOfSquares(x)
    """
    (squares,) = node.inputs
    everything = node.op.axis in (None, tuple(range(squares.type.ndim)))
    is_square = isinstance(scalar_operation(squares.owner), ps.Sqr)
    if not (everything and is_square and _keeps_width(node)):
        return None
    return [SumOfSquares()(squares.owner.inputs[0])]


@node_rewriter([CAReduce])
def channel_sums(fgraph, node):
    """A sum over every axis but the second.

    ::

        Sum{0, 2, 3}(x)     ->  ChannelSums(x)
    """
    (x,) = node.inputs
    others = tuple(axis for axis in range(x.type.ndim) if axis != 1)
    if x.type.ndim < 2 or node.op.axis != others or not _keeps_width(node):
        return None
    return [ChannelSums()(x)]


def _keeps_width(node) -> bool:
    """Whether a reduction is a sum as wide as what it adds."""
    dtype = node.inputs[0].dtype
    is_real = dtype in ("float32", "float64") and node.outputs[0].dtype == dtype
    return is_real and isinstance(node.op.scalar_op, ps.Add)


@node_rewriter([CAReduce])
def in_the_width_of_the_result(fgraph, node):
    """A reduction that is accumulated in another width than its result's, made narrow by a cast.

    ::

        Sum{acc=float64}(x) of float32  ->  Cast{float32}(Sum{dtype=float64}(x))
    """
    accumulated, dtype = node.op.acc_dtype, node.outputs[0].type.dtype
    if accumulated in (None, dtype):
        return None
    return [node.op.clone(dtype=accumulated)(*node.inputs).astype(dtype)]
