"""The inside of loops, which PyTensor rewrites by itself when it compiles them."""

from copy import copy

from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scan.op import Scan


def inside_of_loops(tag: str):
    """A rewrite that has the inside of loops rewritten with what is registered under `tag`, too."""

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
