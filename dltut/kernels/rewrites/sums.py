"""Sums of squares, and sums over every axis but the channels'."""

import pytensor.scalar as ps
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import CAReduce

from dltut.kernels.rewrites.linear import scalar_operation
from dltut.kernels.sums import ChannelSums, SumOfSquares


@node_rewriter([CAReduce])
def sum_of_squares(fgraph, node):
    """``(x**2).sum()`` without storing the squares."""
    (squares,) = node.inputs
    if not isinstance(node.op.scalar_op, ps.Add) or node.op.axis not in (
        None,
        tuple(range(squares.type.ndim)),
    ):
        return None
    if not isinstance(scalar_operation(squares), ps.Sqr) or not squares.dtype.startswith("float"):
        return None
    return [SumOfSquares()(squares.owner.inputs[0])]


@node_rewriter([CAReduce])
def channel_sums(fgraph, node):
    """A sum over every axis but the second."""
    (x,) = node.inputs
    others = tuple(axis for axis in range(x.type.ndim) if axis != 1)
    is_sum = isinstance(node.op.scalar_op, ps.Add) and x.type.ndim > 1
    if not is_sum or node.op.axis != others or x.dtype not in ("float32", "float64"):
        return None
    return [ChannelSums()(x)]


FUSIONS = (sum_of_squares, channel_sums)
