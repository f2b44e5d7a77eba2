"""``theano.gof.graph``: walking through graphs."""

from collections import deque

from pytensor.graph.basic import (
    Apply,
    Constant,
    Node,
    Variable,
    as_string,
    clone,
    clone_get_equiv,
    equal_computations,
)
from pytensor.graph.traversal import (
    applys_between,
    general_toposort,
    io_toposort,
    orphans_between,
    vars_between,
)

from dltut.theano.names import passed_on


def ancestors(variable_list, blockers=None) -> list:
    """The variables and all that they are computed from, in Theano's order.

    Parameters
    ----------
    variable_list : list of variables
    blockers : collection of variables, optional
        Not to look behind.
    """

    def causes(variable):
        is_open = variable.owner is not None and variable not in (blockers or ())
        return variable.owner.inputs[::-1] if is_open else None

    return stack_search(deque(variable_list), causes, "dfs")


def inputs(variable_list, blockers=None) -> list:
    """What the variables are computed from: those that have no owner, in Theano's order.

    Parameters
    ----------
    variable_list : list of variables
    blockers : collection of variables, optional
        Not to look behind.
    """
    return [each for each in ancestors(variable_list, blockers) if each.owner is None]


def variables(i, o) -> list:
    """All variables between inputs and outputs."""
    return list(vars_between(i, o))


def ops(i, o) -> list:
    """All applications of operations between inputs and outputs."""
    return list(applys_between(i, o))


def orphans(i, o) -> list:
    """What the outputs need besides the inputs."""
    return list(orphans_between(i, o))


def stack_search(start, expand, mode="bfs", build_inv=False):
    """Everything that can be reached from the start, in the order in which it is reached.

    Parameters
    ----------
    start : deque
        It is emptied.
    expand : callable
        An item to what is reached from it, or None.
    mode : {"bfs", "dfs"}
    build_inv : bool
        Whether to give back who reached what, too.
    """
    found, reached_by = {}, {}
    while start:
        item = start.popleft() if mode == "bfs" else start.pop()
        if id(item) not in found:
            found[id(item)] = item
            following = list(expand(item) or [])
            for each in following:
                reached_by.setdefault(each, []).append(item)
            start.extend(following)
    return (list(found.values()), reached_by) if build_inv else list(found.values())


def is_same_graph(var1, var2, givens=None) -> bool:
    """Whether two variables compute the same.

    Parameters
    ----------
    var1, var2 : variable
    givens : dict, optional
        {variable of the one graph: what stands for it in the other}
    """
    pairs = dict(givens or {})
    return equal_computations([var1], [var2], list(pairs), list(pairs.values()))


def list_of_nodes(inputs, outputs) -> list:
    """All applications of operations between inputs and outputs."""
    return ops(inputs, outputs)


__all__ = [
    "Apply",
    "Constant",
    "Node",
    "Variable",
    "ancestors",
    "as_string",
    "clone",
    "clone_get_equiv",
    "general_toposort",
    "inputs",
    "io_toposort",
    "is_same_graph",
    "list_of_nodes",
    "ops",
    "orphans",
    "stack_search",
    "variables",
]
__getattr__ = passed_on(__name__, "pytensor.graph.basic", "pytensor.graph.traversal")
