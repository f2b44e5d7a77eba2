"""What a Gibbs chain has computed already, and loops that are one."""

from typing import NamedTuple

import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.rewriting.basic import MergeOptimizer, node_rewriter
from pytensor.scan.op import Scan
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import Shape_i
from pytensor.tensor.subtensor import Subtensor

from dltut.kernels.dense import Affine
from dltut.kernels.engine.graph import made_by, rearranged, scalar_operation, users
from dltut.kernels.engine.inside import copied_inside
from dltut.kernels.gibbs.op import GibbsChain
from dltut.kernels.threefry import Uniform


@node_rewriter([Affine])
def mean_of_hidden_units(fgraph, node):
    """The mean of the hidden units at the end of a chain, given its visible ones.

    ::

        Affine{sigmoid}(third output of GibbsChain(state, h, W, hbias, vbias), W, hbias)
                                        ->  its fifth output
    """
    v, W, hbias = node.inputs
    chain = made_by(v, GibbsChain)
    is_end = chain and v is chain.outputs[2] and [W, hbias] == chain.inputs[2:4]
    return [chain.outputs[4]] if is_end and node.op.activation == "sigmoid" else None


@node_rewriter([Scan])
def chain_of_loop(fgraph, node):
    """A loop of Gibbs steps, as old programs wrote it, of which the end alone is wanted.

    PyTensor has found out by now of which outputs only the last is wanted. Which of the two layers
    is called visible does not matter. ::

        Scan{n steps}(h, a, b) where each step is
            v = Cast(Lt(Uniform(a), Sigmoid(Add(Dot(h, W.T), vbias))))
            h = Cast(Lt(Uniform(b), Sigmoid(Add(Dot(v, W), hbias))))
                                        ->  GibbsChain{n}(stack(a, b), h, W, hbias, vbias)
    """
    loop = _loop(node)
    to_h = loop and _layer(loop.state_after(loop.units))
    to_v = to_h and _layer(to_h.given)
    if not to_v or to_v.given is not loop.units:
        return None
    generators = [loop.generator_of(layer.draw) for layer in (to_v, to_h)]
    weights = loop.weights(to_v.weights, to_h.weights)
    biases = [loop.bias(layer.bias) for layer in (to_h, to_v)]
    if None in (*generators, weights, *biases) or generators[0] is generators[1]:
        return None
    start = loop.outside[loop.units]
    if any(each.dtype != start.dtype for each in (weights, *biases, to_v.scores, to_h.scores)):
        return None
    states = pt.stack([loop.outside[each] for each in generators])
    chain = GibbsChain(loop.n_steps)
    following, scores, v, h, mean = chain(states, start, weights, *biases, return_list=True)
    made = {to_h.units: h, to_h.mean: mean, to_v.units: v, to_v.scores: scores}
    made |= {to_v.mean: pt.sigmoid(scores)}
    made |= {loop.state_after(each): following[i] for i, each in enumerate(generators)}
    if not all(each in made for each in loop.outputs):
        return None
    lasts = [made[each] for each in loop.outputs]
    n_traced = len(lasts) - len(loop.states)
    found = dict(zip(node.outputs[n_traced:], lasts[n_traced:], strict=True))
    for trace, last in zip(node.outputs[:n_traced], lasts[:n_traced], strict=True):
        for user in users(fgraph, trace):
            found[user.outputs[0]] = _of_last(user, last)
    if None in found.values():
        return None
    return {old: old.type.filter_variable(new) for old, new in found.items()}


def _of_last(user, last):
    """What a user of an output's values asks for, if it is the last or its shape, else None."""
    if isinstance(user.op, Shape_i):
        return Shape_i(user.op.i - 1)(last) if user.op.i else None
    if not isinstance(user.op, Subtensor) or len(user.op.idx_list) != 1 or len(user.inputs) != 2:
        return None
    index = user.inputs[1]
    is_last = isinstance(index, Constant) and index.ndim == 0 and index.data == -1
    return last if is_last and user.outputs[0].ndim == last.ndim else None


class _Layer(NamedTuple):
    """Units that are drawn given others: ``units = draw < mean``, ``mean = sigmoid(scores)``."""

    units: Variable
    draw: Apply
    mean: Variable
    scores: Variable
    given: Variable
    weights: Variable
    bias: Variable


def _layer(units) -> _Layer | None:
    """What is drawn, if that is what a variable is."""
    if not isinstance(scalar_operation(units.owner), ps.Cast):
        return None
    is_on = units.owner.inputs[0].owner
    if not isinstance(scalar_operation(is_on), ps.LT | ps.GT):
        return None
    numbers, mean = is_on.inputs if isinstance(is_on.op.scalar_op, ps.LT) else is_on.inputs[::-1]
    draw = made_by(numbers, Uniform)
    if not draw or not isinstance(scalar_operation(mean.owner), ps.Sigmoid):
        return None
    (scores,) = mean.owner.inputs
    if any(each.type.broadcastable != scores.type.broadcastable for each in (units, numbers)):
        return None
    if any(each.dtype != scores.dtype for each in (units, numbers, mean)):
        return None
    if not isinstance(scalar_operation(scores.owner), ps.Add) or len(scores.owner.inputs) != 2:
        return None
    for product, bias in (scores.owner.inputs, scores.owner.inputs[::-1]):
        dot = made_by(product, Dot)
        if dot and [each.ndim for each in dot.inputs] == [2, 2]:
            return _Layer(units, draw, mean, scores, *dot.inputs, bias)
    return None


class _Loop(NamedTuple):
    """A loop over three states: units and two generators.

    Attributes
    ----------
    n_steps : int
    units : Variable
    states, outputs : list of variables
        Inside of the loop; the last outputs are the states after a step, the others are wanted of
        the last step alone.
    outside : dict
        {state or constant inside: what it is outside}
    """

    n_steps: int
    units: Variable
    states: list
    outputs: list
    outside: dict

    def state_after(self, state):
        """What a state is after a step."""
        return self.outputs[self.states.index(state) - len(self.states)]

    def generator_of(self, draw):
        """The state that is a generator and advances by this draw, or None."""
        state = draw.inputs[0]
        is_state = state in self.states and state is not self.units
        return state if is_state and self.state_after(state) is draw.outputs[0] else None

    def weights(self, downwards, upwards):
        """The weights of `upwards`, outside, if those of `downwards` are their transpose."""
        (down, down_turned), (up, up_turned) = self._turned(downwards), self._turned(upwards)
        if up is None or up is not down or down_turned == up_turned:
            return None
        return up.T if up_turned else up

    def _turned(self, matrix):
        """(a matrix outside, whether this one is its transpose); (None, None) if it varies."""
        inside = rearranged(matrix, 1, 0)
        found = self.outside.get(matrix if inside is None else inside)
        if found is None or found in map(self.outside.get, self.states):
            return None, None
        outside = rearranged(found, 1, 0)
        turned = (inside is None) != (outside is None)
        return (found if outside is None else outside), turned

    def bias(self, row):
        """A bias outside: a vector, or a matrix with a row for each chain; or None."""
        inside = rearranged(row, "x", 0)
        if inside is not None:
            return self.outside.get(inside)
        found = self.outside.get(row)
        if found is None or row in self.states:
            return None
        outside = rearranged(found, "x", 0)
        if outside is not None:
            return outside
        return found if found.ndim == 2 and not any(found.type.broadcastable) else None


def _loop(node) -> _Loop | None:
    """A loop of so many steps over units and two generators, each output for its end alone."""
    info, (n_steps, *given) = node.op.info, node.inputs
    others = info.n_seqs, info.n_mit_mot, info.n_mit_sot, info.n_sit_sot
    n_traced, n_states = info.n_nit_sot, info.n_untraced_sit_sot
    if info.as_while or any(others) or n_states != 3:
        return None
    if not isinstance(n_steps, Constant) or n_steps.data < 1:
        return None
    inside = copied_inside(node.op)
    MergeOptimizer().rewrite(inside)
    states = inside.inputs[:n_states]
    units = [each for each in states if each.ndim == 2 and each.dtype in ("float32", "float64")]
    if len(units) != 1:
        return None
    constants = given[n_states + n_traced :]
    outside = dict(zip(inside.inputs, (*given[:n_states], *constants), strict=True))
    return _Loop(int(n_steps.data), units[0], states, list(inside.outputs), outside)
