"""Graphs inside of graphs, which PyTensor rewrites by itself when it compiles them.

The step of a loop is such a graph, and so is an expression that has a name, such as softmax.
"""

from copy import copy

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.scan.op import Scan


def copied_inside(op) -> FunctionGraph:
    """A copy of the graph inside of a loop or of an expression with a name, which may be changed.

    Since PyTensor 3.3 the graph itself is frozen, and none of its nodes can be cloned alone.
    """
    return op.fgraph.clone() if isinstance(op.fgraph, FunctionGraph) else op.fgraph.unfreeze()


def inside_of_loops(tag: str):
    """A rewrite that has the inside of loops rewritten with what is registered under `tag`, too.

    The tag becomes a part of the loop's own mode, and of nobody else's; loops in loops are met in
    turn.

    Parameters
    ----------
    tag : str
        Under which rewrites are registered in PyTensor's `optdb`, this one among them.
    """

    @node_rewriter([Scan])
    def loop(fgraph, node):
        """The same loop, whose mode knows the tag."""
        mode = get_mode(node.op.mode)
        query = mode.provided_optimizer
        if not isinstance(query, RewriteDatabaseQuery) or tag in query.include:
            return None
        op = copy(node.op)
        op.mode = Mode(mode.linker, query.including(tag))
        return _with(op, node)

    return loop


def inside_of_names(tag: str, mode: str):
    """A rewrite that does the same with expressions that have a name, at once.

    Their mode cannot be changed: they are rewritten here, in the way that PyTensor will go once
    more, less what only a whole function may do.

    Parameters
    ----------
    tag : str
        As of loops.
    mode : {"NUMBA", "JAX"}
    """

    @node_rewriter([OpFromGraph])
    def named(fgraph, node):
        """The same expression, rewritten."""
        is_frozen = not isinstance(node.op.fgraph, FunctionGraph)  # since PyTensor 3.3
        if is_frozen or getattr(node.op, "rewritten_for", None) == tag:
            return None
        op = node.op.clone()
        op.rewritten_for = tag
        rules = get_mode(mode).excluding("symbolic_op_recognition", "inplace").including(tag)
        rules.optimizer(op.fgraph)
        return _with(op, node)

    return named


def _with(op, node) -> list:
    """What an operation gives in the place of a node's own."""
    return Apply(op, node.inputs, [each.type() for each in node.outputs]).outputs
