"""Learning rules with a memory, however they are written."""

import numpy as np
import pytensor.scalar as ps
from pytensor.graph.basic import Constant
from pytensor.graph.rewriting.basic import GraphRewriter, node_rewriter
from pytensor.graph.traversal import ancestors
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from dltut.kernels.descent.rewrite import descent, outer_product
from dltut.kernels.engine.graph import made_by
from dltut.kernels.rules.op import Rule
from dltut.kernels.rules.scalars import REALS, is_known
from dltut.kernels.sums import SumOfSquares

MOST = 200  # operations in one rule: a compiler takes seconds for more


class RulesFused(GraphRewriter):
    """Next values of shared variables that are made number by number of the same arrays.

    ::

        v: mu * v - rate * g, p: p + mu * v - rate * g      ->  Rule(g, v, p, mu, rate)

    A gradient that is a product ``x.T @ delta``, and is needed for nothing else, is a part of the
    rule, and so are the squares of a parameter for a penalty. Plain descent has operations of its
    own, which also compute less.
    """

    def apply(self, fgraph):
        """Replace the operations on numbers of each parameter."""
        following = next_values(fgraph)
        for nodes in groups(elementwise(fgraph, following), following):
            fuse(fgraph, nodes, following)


def next_values(fgraph) -> dict:
    """{next value: shared variable}, of arrays of real numbers and of one type."""
    found = {}
    for place, source in (fgraph.update_mapping or {}).items():
        following, state = fgraph.outputs[place], fgraph.inputs[source]
        if state.type.dtype in REALS and _is_like(following, state):
            found.setdefault(following, state)
    return found


def _is_like(variable, other) -> bool:
    """Whether two variables are arrays of one kind of number and have axes of length 1 in common.

    Those that have no other axes are numbers.
    """
    return (
        variable.type.dtype == other.type.dtype
        and variable.type.broadcastable == other.type.broadcastable
        and not _is_number(variable)
    )


def _is_number(variable) -> bool:
    return all(variable.type.broadcastable)


def elementwise(fgraph, following: dict) -> list:
    """The nodes that are needed for next values alone, or are some, and work number by number."""
    found = {}
    for node in reversed(fgraph.toposort()):
        if not _is_elementwise(node):
            continue
        users = [user for user, _ in fgraph.clients[node.outputs[0]]]
        if node.outputs[0] in following or all(user in found for user in users):
            found[node] = None
    return list(reversed(found))


def _is_elementwise(node) -> bool:
    """Whether a node takes arrays of one shape, and numbers, and makes an array that is known."""
    if not isinstance(node.op, Elemwise) or len(node.outputs) > 1 or _is_number(node.outputs[0]):
        return False
    (output,) = node.outputs
    return is_known(node.op.scalar_op, node.inputs, output) and all(
        _is_number(each) or each.type.broadcastable == output.type.broadcastable
        for each in node.inputs
    )


def groups(nodes: list, following: dict) -> list[list]:
    """The nodes by the arrays that they have in common, in the order given."""
    leader = {}

    def root(variable):
        """The one that stands for all arrays in the same group."""
        while leader.setdefault(variable, variable) is not variable:
            leader[variable] = variable = leader[leader[variable]]
        return variable

    for node in nodes:
        (output,) = node.outputs
        state = [following[output]] if output in following else []
        for each in (*node.inputs, *state):
            if not _is_number(each):
                leader[root(each)] = root(output)
    found = {}
    for node in nodes:
        found.setdefault(root(node.outputs[0]), []).append(node)
    return list(found.values())


def fuse(fgraph, nodes: list, following: dict) -> None:
    """Put one operation in the place of these nodes, if that can be."""
    made = dict.fromkeys(node.outputs[0] for node in nodes)
    states = {following[each]: each for each in made if each in following}
    inputs = dict.fromkeys(each for node in nodes for each in node.inputs if each not in made)
    numbers = [each for each in inputs if _is_number(each) and not isinstance(each, Constant)]
    read = [each for each in inputs if not _is_number(each) and each not in states]
    p = next(iter(states))
    if len(nodes) > MOST or not all(_is_like(each, p) for each in (*read, *states)):
        return
    known = {*ancestors([*read, *numbers])}
    if any(each in known for each in states.values()):  # it is needed between two of the nodes
        return
    products = {each: outer_product(fgraph, each, p, nodes) for each in read}
    if len(states) == 1 and (descent.transform(fgraph, nodes[-1]) or not any(products.values())):
        return
    leaves = [each for each in read if not products[each]]
    gradients = [each for each in read if products[each]]
    factors = [factor for each in gradients for factor in products[each].inputs]
    composite = composite_of(nodes, [*leaves, *gradients, *states, *numbers], states.values())
    squares = squares_beside(fgraph, states, known)
    rule = Rule(composite, len(leaves), len(gradients), squares)
    scalars = [as_scalar(each) for each in numbers]
    following = rule(*leaves, *factors, *states, *scalars, return_list=True)
    replaced = zip([*states.values(), *squares.values()], following, strict=True)
    fgraph.replace_all_validate(list(replaced), reason="rules")


def squares_beside(fgraph, states: dict, known: set) -> dict:
    """{number of a state: the sum of its squares}, where it is wanted, but not by the rule."""
    return {
        i: user.outputs[0]
        for i, state in enumerate(states)
        for user, _ in fgraph.clients[state]
        if isinstance(user.op, SumOfSquares) and user.outputs[0] not in known
    }


def as_scalar(variable):
    """A number in an array of any number of axes, as one that has none."""
    row = made_by(variable, DimShuffle)
    return row.inputs[0] if row and not row.inputs[0].type.ndim else variable.dimshuffle()


def composite_of(nodes: list, inputs: list, outputs) -> ps.Composite:
    """What the nodes do with single numbers.

    Parameters
    ----------
    nodes : list
        In an order in which they can be carried out.
    inputs, outputs : iterables of tensor variables
    """
    numbers = {each: ps.get_scalar_type(each.type.dtype)() for each in inputs}
    for node in nodes:
        given = [_number(each, numbers) for each in node.inputs]
        numbers[node.outputs[0]] = node.op.scalar_op(*given)
    made = [numbers[each] for each in outputs]
    return ps.Composite([numbers[each] for each in inputs], made)


def _number(variable, numbers: dict):
    """What stands for one number of a variable; a constant is itself."""
    if isinstance(variable, Constant) and variable not in numbers:
        return ps.constant(np.asarray(variable.data).item(), dtype=variable.type.dtype)
    return numbers[variable]


@node_rewriter([Rule])
def rule_in_place(fgraph, node):
    """A rule that overwrites its states; PyTensor refuses where old ones are still needed."""
    op = node.op
    if op.inplace:
        return None
    rule = Rule(op.composite, op.leaves, op.products, op.squares, inplace=True)
    return rule(*node.inputs, return_list=True)
