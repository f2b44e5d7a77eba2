"""Our elementary functions in the place of PyTensor's, in the graphs of our own mode alone."""

from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import Elemwise

from dltut.kernels.elementary.op import OURS


@node_rewriter([Elemwise])
def in_single_precision(fgraph, node):
    """The same function of the same array, by our machine code.

    ::

        Tanh(x) of float32      ->  Tanh32(x)
    """
    kind = OURS.get(type(node.op.scalar_op))
    if kind is None or node.inputs[0].dtype != "float32":
        return None
    ours = kind(node.op.scalar_op.output_types_preference, name=kind.__name__.lower())
    return [Elemwise(ours)(*node.inputs)]
