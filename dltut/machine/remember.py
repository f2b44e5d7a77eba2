"""What a call changes besides parameters and random streams: running means, chains, counters."""

from typing import ClassVar

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.traversal import toposort
from pytensor.tensor import as_tensor_variable

from dltut.exceptions import InputError


def remember(value, state: SharedVariable, following):
    """`value` itself, with a note: whoever computes it sets `state` to `following`.

    Parameters
    ----------
    value : variable
        What goes on through the graph; so do its gradients.
    state : shared variable
        Such as a running mean.
    following : variable
        The state's next value, of its shape.

    Returns
    -------
    variable
        Equal to `value`. `dltut.function` finds the note in an output, an update or a gradient,
        adds the update ``{state: following}``, and leaves the note out of what it compiles.

    Raises
    ------
    InputError
        If the state is not a shared variable, or `following` does not have its number of axes.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor
    >>> import pytensor.tensor as pt
    >>> from dltut import function
    >>> total, x = pytensor.shared(np.array(0.0), name="total"), pt.dscalar("x")
    >>> double = function([x], remember(2 * x, total, total + x), mode="FAST_COMPILE")
    >>> float(double(3.0)), float(double(4.0)), float(total.get_value())
    (6.0, 8.0, 7.0)
    """
    if not isinstance(state, SharedVariable):
        raise InputError(f"{state} cannot be remembered: make it with pytensor.shared")
    value, following = as_tensor_variable(value), as_tensor_variable(following)
    if following.ndim != state.ndim:
        raise InputError(
            f"the next value of {state} has {following.ndim} axes, not {state.ndim}: average over "
            "the others"
        )
    return _Remember()(value, state, following.astype(state.dtype))


class _Remember(Op):
    """(value, state, following) -> value: a mark in the graph, gone before anything is compiled."""

    __props__ = ()
    view_map: ClassVar[dict] = {0: [0]}

    def make_node(self, value, state, following):
        """A node whose output is of the value's type."""
        return Apply(self, [value, state, following], [value.type()])

    def perform(self, node, inputs, output_storage):
        """The value, where PyTensor compiles the mark by itself."""
        output_storage[0][0] = inputs[0]

    def connection_pattern(self, node):
        """The value alone is passed on."""
        return [[True], [False], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The gradient passes, with the same mark: a step that needs no output finds it there."""
        _, state, following = inputs
        return [self(cotangents[0], state, following), DisconnectedType()(), DisconnectedType()()]


def marks(outputs: list) -> list[Apply]:
    """The nodes of `remember` that the outputs depend on, each behind those that it depends on.

    Raises
    ------
    InputError
        If there is one inside a loop, where a state cannot be changed from call to call.
    """
    nodes = [*toposort(outputs)]
    for node in nodes:
        inside = getattr(node.op, "fgraph", None)
        if inside and any(isinstance(each.op, _Remember) for each in inside.apply_nodes):
            raise InputError(
                "a loop remembers something at each step, which nobody could see: let the loop "
                "return the values, and remember what becomes of them"
            )
    return [node for node in nodes if isinstance(node.op, _Remember)]


def remembered(outputs: list) -> dict[SharedVariable, object]:
    """What computing the outputs makes of each state that they remember.

    Parameters
    ----------
    outputs : list of variables

    Returns
    -------
    dict
        {state: following}; `dltut.function` adds them by itself.

    Raises
    ------
    InputError
        If two calls would change one state.
    """
    changed = {}
    for node in marks(outputs):
        _, state, following = node.inputs
        if changed.setdefault(state, following) is not following:
            raise InputError(
                f"{state} is changed by two calls: call its layer once with train=True, and use "
                "what it returns twice"
            )
    return changed
