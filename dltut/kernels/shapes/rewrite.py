"""Our operations in the place of PyTensor's: two for NUMBA mode, and lengths for JAX."""

from pytensor.graph.basic import Constant
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.basic import (
    Alloc,
    ARange,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import IncSubtensor, Subtensor
from pytensor.tensor.type_other import NoneTypeT

from dltut.kernels.shapes.op import Checked, Filled, OfLengths, SplitByLengths

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


OTHERS = (
    ARange,
    CAReduce,
    CheckAndRaise,
    DimShuffle,
    IncSubtensor,
    Join,
    MakeVector,
    ScalarFromTensor,
    Subtensor,
    TensorFromScalar,
)


def is_of_lengths(variable) -> bool:
    """Whether it is the length of an array, or was made of lengths alone."""
    return variable.owner is not None and isinstance(variable.owner.op, Shape_i | OfLengths)


@node_rewriter([Elemwise])
def arithmetic_of_lengths(fgraph, node):
    """Numbers that are made of lengths, before they become parts of composites.

    ::

        Add(Shape_i(x), -1)      ->  OfLengths{Add}(Shape_i(x), -1)
    """
    return _of_lengths(node)


@node_rewriter((Elemwise, *OTHERS))
def rest_of_lengths(fgraph, node):
    """What else is made of them, behind PyTensor's own rewrites of shapes for JAX."""
    return _of_lengths(node)


def _of_lengths(node) -> list | None:
    """The same by NumPy, where all inputs are known."""
    known = [is_of_lengths(each) or isinstance(each, Constant) for each in node.inputs]
    if not all(known) or not any(map(is_of_lengths, node.inputs)):
        return None
    return OfLengths(node.op)(*node.inputs, return_list=True)


@node_rewriter([Split])
def split_by_lengths(fgraph, node):
    """A division of an axis at places that are made of lengths."""
    if type(node.op) is not Split or not is_of_lengths(node.inputs[-1]):
        return None
    return SplitByLengths(*node.op._props())(*node.inputs, return_list=True)


@node_rewriter([Reshape])
def reshape_by_lengths(fgraph, node):
    """A shape that was put together of lengths, as the tuple of numbers that JAX asks for."""
    from pytensor.link.jax.dispatch.shape import JAXShapeTuple  # it loads JAX

    x, lengths = node.inputs
    if not is_of_lengths(lengths):
        return None
    return [node.op(x, JAXShapeTuple()(*(lengths[i] for i in range(node.op.ndim))))]
