"""PyTensor's reductions over neighbouring axes become ours.

PyTensor writes a function for each rank and choice of axes, which looks at the strides and has a
loop for each of their orders: Numba compiles it for up to three seconds. Ours is one loop for all.
"""

import pytensor.scalar as ps
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import CAReduce

from dltut.kernels.reduction.op import Reduction

KINDS = {ps.Add: "add", ps.Mul: "mul", ps.AND: "and", ps.OR: "or"}
KINDS |= {ps.Maximum: "maximum", ps.Minimum: "minimum"}


@node_rewriter([CAReduce])
def reduction(fgraph, node):
    """A reduction over all axes, one, or some that are neighbours.

    ::

        Sum{axes=[0, 1]}(x)     ->  Reduction{add, (0, 1)}(x)
    """
    (x,), (out,) = node.inputs, node.outputs
    kind = KINDS.get(type(node.op.scalar_op))
    axes = tuple(range(x.type.ndim)) if node.op.axis is None else tuple(sorted(node.op.axis))
    neighbours = axes == tuple(range(axes[0], axes[-1] + 1)) if axes else False
    is_bits = kind in ("and", "or") and x.type.dtype != "bool"
    if kind is None or is_bits or not neighbours or "complex" in x.type.dtype:
        return None
    accumulated = getattr(node.op, "acc_dtype", None) or out.type.dtype
    made = Reduction(kind, axes, accumulated, out.type.dtype)(x)
    return [made] if out.type.is_super(made.type) else None
