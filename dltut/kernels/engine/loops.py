"""The inside of loops, which PyTensor rewrites by itself when it compiles them."""

from copy import copy

from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scan.op import Scan


def inside_of_loops(tag: str):
    """A rewrite that has the inside of loops rewritten with what is registered under `tag`, too.

    The graph of a loop's step is a graph of its own, which PyTensor rewrites in the loop's mode
    when it compiles the loop. Of that mode, and of nobody else's, the tag becomes a part; loops in
    loops are met in turn.

    Parameters
    ----------
    tag : str
        Under which rewrites are registered in PyTensor's `optdb`, this one among them.
    """

    @node_rewriter([Scan])
    def loop(fgraph, node):
        """The same loop, whose own mode knows the tag."""
        mode = get_mode(node.op.mode)
        if tag in mode.provided_optimizer.include:
            return None
        op = copy(node.op)
        op.mode = Mode(mode.linker, mode.provided_optimizer.including(tag))
        return op(*node.inputs, return_list=True)

    return loop
