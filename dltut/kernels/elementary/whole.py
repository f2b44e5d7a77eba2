"""Elementary operations on whole arrays at once, for the mode that translates nothing.

PyTensor computes what NumPy has no function of its own for element by element, in Python: products
and sums of three and more, and changes of type. A step with dropout took a hundred times as long.
"""

from functools import reduce

from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add, Cast, Mul
from pytensor.tensor.elemwise import Elemwise


@node_rewriter([Elemwise])
def two_at_a_time(fgraph, node):
    """Products and sums of pairs, from the left.

    ::

        Mul(x, y, z)      ->  Mul(Mul(x, y), z)
    """
    if not isinstance(node.op.scalar_op, Add | Mul) or len(node.inputs) < 3:
        return None
    op, kind = Elemwise(node.op.scalar_op), node.outputs[0].type
    return [kind.filter_variable(reduce(op, node.inputs))]


@node_rewriter([Elemwise])
def cast_by_numpy(fgraph, node):
    """A change of type that calls NumPy once."""
    if not isinstance(node.op.scalar_op, Cast) or node.op.nfunc_spec:
        return None
    name = node.op.scalar_op.o_type.dtype
    name = "bool_" if name == "bool" else name
    return [Elemwise(node.op.scalar_op, nfunc_spec=(name, 1, 1))(*node.inputs)]
