"""What loops do with a few numbers as straight-line code."""

from collections import defaultdict

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.graph.basic import Constant
from pytensor.graph.rewriting.basic import GraphRewriter, node_rewriter
from pytensor.scan.op import Scan
from pytensor.tensor.type import TensorType

from dltut.kernels.engine.inside import copied_inside
from dltut.kernels.straight.numbers import TooMuch, is_written_out, numbers_of
from dltut.kernels.straight.op import StraightCode, StraightLoop
from dltut.kernels.threefry import Uniform

KERNELS = "dltut_kernels"  # tag of what makes one operation of several, which would hide them
FEW = 64  # numbers of an array, at most
MOST = 1500  # operations on numbers in one piece of code: a compiler takes seconds for more
APART = (StraightCode, Uniform)  # what is left out of pieces that would be too much
# Rewrites that hide operations, the third since PyTensor 3.3.
HIDING = "fusion", "inplace", "fuse_indexed_into_elemwise", KERNELS
FEWEST = 3  # operations on arrays in their place: below, there is nothing to gain


class Straightened(GraphRewriter):
    """Operations on arrays of a few numbers, whose shapes are known, as one operation.

    ::

        v + eps / 2 * f, x + eps * v, ...       ->  StraightCode(x, v, f, eps)

    Arrays of a few numbers are made, filled and left behind again and again; a compiler keeps
    numbers in registers. All that can be done before another kind of operation is one piece of
    code, and all that can be done after it. Draws and loops are parts of it; where that is too
    much, there is a piece before each of them and one after it.
    """

    def apply(self, fgraph):
        """Replace each piece."""
        for apart in ((), APART):
            for nodes in pieces(fgraph, apart):
                try:
                    straighten(fgraph, nodes)
                except TooMuch:
                    continue


def pieces(fgraph, apart: tuple) -> list[list]:
    """Nodes on a few numbers, by how many others their inputs wait for, one after the other.

    Parameters
    ----------
    fgraph : FunctionGraph
    apart : tuple of type
        Operations that are none of them.
    """
    waits, found = {}, defaultdict(list)
    for node in fgraph.toposort():
        makers = [each.owner for each in node.inputs if each.owner]
        is_part = _is_small(node) and not isinstance(node.op, apart)
        waits[node] = (
            max((waits[each][0] + waits[each][1] for each in makers), default=0),
            not is_part,
        )
        if is_part:
            found[waits[node][0]].append(node)
    return list(found.values())


def _is_small(node) -> bool:
    """Whether a node may be written out."""
    return is_written_out(node.op) and all(map(_is_few, (*node.inputs, *node.outputs)))


def _is_few(variable) -> bool:
    """Whether a variable is a constant, or known to have a few numbers at most."""
    kind = variable.type
    return isinstance(variable, Constant) or (
        isinstance(kind, TensorType) and None not in kind.shape and np.prod(kind.shape) <= FEW
    )


def room_for(nodes: list) -> int:
    """How many operations on numbers a piece may have: as many before, in and after each loop."""
    return MOST * (1 + 2 * sum(isinstance(node.op, StraightCode) for node in nodes))


def straighten(fgraph, nodes: list) -> None:
    """Put one operation in the place of these nodes; raises TooMuch if that cannot be."""
    made_here = dict.fromkeys(each for node in nodes for each in node.outputs)
    inputs = dict.fromkeys(
        each
        for node in nodes
        for each in node.inputs
        if each not in made_here and not isinstance(each, Constant)
    )
    outputs = [
        each
        for each in made_here
        if any(client not in set(nodes) for client, _ in fgraph.clients[each])
    ]
    arrays = [each for each in (*inputs, *outputs) if each.type.ndim]
    if len(nodes) < FEWEST or not arrays:
        return
    given, made = numbers_of(list(inputs), nodes, outputs, room_for(nodes))
    op = StraightCode(
        ps.Composite(*numbers_in_order(given, made)), tuple(array.shape for array in made)
    )
    replaced = zip(outputs, op(*inputs, return_list=True), strict=True)
    fgraph.replace_all_validate(list(replaced), reason="straight code")


def numbers_in_order(given: list, made: list) -> tuple[list, list]:
    """The numbers of some arrays, and those of others, each made by an operation of its own."""
    of_inputs, of_outputs = (
        [number for array in arrays for number in array.ravel()] for arrays in (given, made)
    )
    seen = set()
    for place, number in enumerate(of_outputs):
        if number.owner is None or number in seen:
            of_outputs[place] = ps.identity(number)
        seen.add(number)
    return of_inputs, of_outputs


@node_rewriter([Scan])
def straight_loop(fgraph, node):
    """A loop over a few numbers.

    ::

        Scan{x, v -> next x, next v}(n, x, v, eps)  ->  StraightCode{ScalarLoop}(n, x, v, eps)
        Scan{a, x -> next x}(n, all a, all x)       ->  StraightLoop(n, all a, all x)

    Its states stay in registers from one step to the next. Where the values after the last step
    alone are wanted, and no step has a number of its own, it can be a part of more such code.
    """
    op, info = node.op, node.op.info
    n_traced = info.n_sit_sot
    n_states = n_traced + info.n_untraced_sit_sot
    if len(node.outputs) > n_states or info.n_mit_mot or info.n_mit_sot or info.as_while:
        return None
    if not all(map(_is_few, op.inner_inputs)):
        return None
    rules = get_mode(op.mode).excluding(*HIDING)
    inside = copied_inside(op)
    rules.optimizer(inside)
    nodes = inside.toposort()
    if not all(map(_is_small, nodes)):
        return None
    try:
        given, made = numbers_of(inside.inputs, nodes, inside.outputs, room_for(nodes))
    except TooMuch:
        return None
    places = slice(info.n_seqs, info.n_seqs + n_states)
    before, after = inside.inputs[places], inside.outputs
    if any(a.type.dtype != b.type.dtype for a, b in zip(before, after, strict=True)):
        return None
    if any(a.shape != b.shape for a, b in zip(given[places], made, strict=True)):
        return None
    inputs, outputs = numbers_in_order(given, made)
    if info.n_seqs or n_traced:
        loop = StraightLoop(ps.Composite(inputs, outputs), info.n_seqs, n_traced, n_states)
        return loop(*node.inputs, return_list=True)
    loop = ps.ScalarLoop(inputs[: len(outputs)], outputs, inputs[len(outputs) :])
    n_steps, numbers = ps.int64(), [each.type() for each in inputs]
    whole = ps.Composite([n_steps, *numbers], loop(n_steps, *numbers, return_list=True))
    code = StraightCode(whole, tuple(each.shape for each in made))
    return code(pt.cast(node.inputs[0], "int64"), *node.inputs[1:], return_list=True)
