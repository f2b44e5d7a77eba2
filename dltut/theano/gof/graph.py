"""``theano.gof.graph``: walking through graphs."""

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
    ancestors,
    applys_between,
    general_toposort,
    graph_inputs,
    io_toposort,
    orphans_between,
    vars_between,
    walk,
)

from dltut.theano.names import passed_on


def inputs(variable_list, blockers=None) -> list:
    """What the variables are computed from: those that have no owner.

    Parameters
    ----------
    variable_list : list of variables
    blockers : collection of variables, optional
        Not to look behind.
    """
    return list(graph_inputs(variable_list, blockers))


def variables(i, o) -> list:
    """All variables between inputs and outputs."""
    return list(vars_between(i, o))


def ops(i, o) -> list:
    """All applications of operations between inputs and outputs."""
    return list(applys_between(i, o))


def orphans(i, o) -> list:
    """What the outputs need besides the inputs."""
    return list(orphans_between(i, o))


def stack_search(start, expand, mode="bfs", build_inv=False) -> list:
    """Everything that can be reached from the start.

    Parameters
    ----------
    start : iterable
    expand : callable
        An item to what is reached from it, or None.
    mode : {"bfs", "dfs"}
    build_inv : bool
        Whether to give back who reached what, too.
    """
    return list(walk(start, expand, bfs=mode == "bfs"))


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
