"""Questions that rewrites ask about a graph: what made a variable, and who needs it."""

from pytensor.graph.fg import Output
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Shape, Shape_i


def made_by(variable, kind):
    """The node of an operation of this kind that made `variable`, or None.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.matrix("x")
    >>> made_by(x.T, DimShuffle).inputs, made_by(x, DimShuffle)
    ([x], None)
    """
    owner = variable.owner
    return owner if owner and isinstance(owner.op, kind) else None


def scalar_operation(node):
    """What a node does with each element, as an operation on scalars; None if it does more.

    Parameters
    ----------
    node : Apply or None
        None, as the owner of an input, gives None.
    """
    return node.op.scalar_op if node and isinstance(node.op, Elemwise) else None


def rearranged(variable, *order):
    """The tensor whose axes `variable` shows in this order, or None.

    None as well if an axis of length 1 was left out on the way: the tensor has all the numbers, but
    not the shape that the operations of ours take.

    Parameters
    ----------
    variable : tensor variable
    *order : int or "x"
        The number of the tensor's axis, or "x" for a new one.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> b, column = pt.vector("b"), pt.matrix("column", shape=(None, 1))
    >>> rearranged(b[None, :], "x", 0), rearranged(column.dimshuffle("x", 0), "x", 0)
    (b, None)
    """
    node = made_by(variable, DimShuffle)
    if not node or tuple(node.op.new_order) != order:
        return None
    (source,) = node.inputs
    return source if source.type.ndim == sum(axis != "x" for axis in order) else None


def users(fgraph, variable) -> list:
    """The nodes that need `variable`, once for each time; what leaves the graph is a node too."""
    return [client for client, _ in fgraph.clients[variable]]


def used_once(fgraph, variable) -> bool:
    """Whether a single node, or one output, needs `variable`, and only once."""
    return len(fgraph.clients[variable]) == 1


def users_and_shapes(fgraph, variable) -> tuple[list, list]:
    """The nodes that need the values of `variable`, and those that need its shape alone."""
    nodes = users(fgraph, variable)
    shapes = [each for each in nodes if isinstance(each.op, Shape | Shape_i)]
    return [each for each in nodes if each not in shapes], shapes


def leaves_graph(fgraph, variable) -> bool:
    """Whether `variable` is what the function returns, or a shared variable's next value."""
    return any(isinstance(user.op, Output) for user in users(fgraph, variable))
