"""The two operations in the place of PyTensor's, in the graphs of our NUMBA mode alone."""

from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.basic import Alloc
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.type_other import NoneTypeT

from dltut.kernels.shapes.op import Checked, Filled

MOST_AXES = 5


@node_rewriter([Alloc])
def one_number(fgraph, node):
    """An array of one number.

    ::

        Alloc(0.0, m, n)      ->  Filled(0.0, m, n)
    """
    value, *lengths = node.inputs
    if not all(value.type.broadcastable) or not 1 <= len(lengths) <= MOST_AXES:
        return None
    kind = node.outputs[0].type
    return [Filled(kind.dtype, kind.shape)(value, *lengths)]


@node_rewriter([SpecifyShape])
def known_shape(fgraph, node):
    """A shape of numbers that are known when the graph is compiled.

    ::

        SpecifyShape(x, None, 10)      ->  Checked{(None, 10)}(x)
    """
    x, *lengths = node.inputs
    known = [getattr(each, "data", None) for each in lengths]
    is_any = [isinstance(each.type, NoneTypeT) for each in lengths]
    if any(data is None and not free for data, free in zip(known, is_any, strict=True)):
        return None
    return [Checked(tuple(None if data is None else int(data) for data in known))(x)]
