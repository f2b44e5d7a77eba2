"""The numbers that a graph of arrays computes, one by one.

Arrays of scalar variables stand for its arrays, and each operation is done on these as NumPy does
it on numbers.
"""

from functools import reduce, singledispatch

import numpy as np
import pytensor.scalar as ps
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Constant
from pytensor.graph.replace import graph_replace
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.subtensor import IncSubtensor, Subtensor, indices_from_subtensor

from dltut.kernels.dense import MatrixProduct
from dltut.kernels.engine.inside import copied_inside
from dltut.kernels.straight.op import StraightCode
from dltut.kernels.threefry import Numbers, Uniform

MOST_INPUTS = 32  # that NumPy broadcasts together
MOST_NAMED = 500  # operations on numbers in an expression that has a name


class TooMuch(Exception):
    """A graph has too many numbers, or an operation that is not written out here."""


def numbers_of(inputs, nodes, outputs, most: int) -> tuple[list, list]:
    """Arrays of scalar variables for the inputs and the outputs of a graph.

    Parameters
    ----------
    inputs, outputs : list of tensor variables
    nodes : list of Apply
        From the inputs to the outputs.
    most : int
        How many operations on numbers there may be.

    Raises
    ------
    TooMuch
        If there are more, or shapes that are not known, or operations that are not known here.
    """
    values = {each: named(each) for each in inputs}
    write_out(nodes, values, most)
    return [values[each] for each in inputs], [value(each, values) for each in outputs]


def write_out(nodes, values: dict, most: int) -> None:
    """Add to {variable: its numbers} those of what nodes make; see `numbers_of`."""
    count = 0
    for node in nodes:
        given = [value(each, values) for each in node.inputs]
        if len(given) > MOST_INPUTS:
            raise TooMuch
        made = written_out(node.op, node, given)
        made = made if isinstance(made, list) else [np.asarray(made, dtype=object)]
        values |= dict(zip(node.outputs, made, strict=True))
        if isinstance(node.op, Dot | MatrixProduct):
            count += 2 * given[0].size * made[0].shape[1]
        elif isinstance(node.op, StraightCode):
            count += node.op.n_operations
        else:
            inside = len(node.op.fgraph.apply_nodes) if isinstance(node.op, OpFromGraph) else 1
            count += inside * max(map(np.size, (*given, *made)))
        if count > most:
            raise TooMuch


def named(variable) -> np.ndarray:
    """A scalar variable for each element of an array whose shape is known."""
    if None in variable.type.shape:
        raise TooMuch
    kind = ps.get_scalar_type(variable.type.dtype)
    numbers = np.empty(variable.type.shape, dtype=object)
    for place in np.ndindex(numbers.shape):
        numbers[place] = kind()
    return numbers


def value(variable, values) -> np.ndarray:
    """The numbers of a variable that was made, or of a constant."""
    if variable in values:
        return values[variable]
    if not isinstance(variable, Constant) or not hasattr(variable.data, "dtype"):
        return variable  # such as an index, which an operation looks at by itself
    data = np.asarray(variable.data)
    numbers = np.empty(data.shape, dtype=object)
    for place in np.ndindex(data.shape):
        numbers[place] = ps.ScalarConstant(ps.get_scalar_type(str(data.dtype)), data[place])
    return numbers


def cast(number, dtype: str):
    """A number as one of another type."""
    return number if number.type.dtype == dtype else ps.cast(number, dtype)


@singledispatch
def written_out(op, node, inputs):
    """What an operation makes of arrays of numbers."""
    raise TooMuch


def is_written_out(op) -> bool:
    """Whether an operation's kind is known here."""
    return written_out.dispatch(type(op)) is not written_out.dispatch(object)


@written_out.register
def _elementwise(op: Elemwise, node, inputs):
    if len(node.outputs) > 1:
        raise TooMuch
    places = np.broadcast(*inputs)
    if places.size > 1 and None in node.outputs[0].type.shape:
        raise TooMuch
    made = np.empty(places.shape, dtype=object)
    for place, numbers in zip(np.ndindex(places.shape), places, strict=True):
        made[place] = op.scalar_op(*numbers)
    return made


@written_out.register
def _reduced(op: CAReduce, node, inputs):
    (array,), axes = inputs, range(inputs[0].ndim) if op.axis is None else op.axis
    dtype = node.outputs[0].type.dtype
    inside = getattr(op, "acc_dtype", None) or dtype
    kept = [axis for axis in range(array.ndim) if axis not in axes]
    rows = array.transpose([*kept, *axes]).reshape([array.shape[axis] for axis in kept] + [-1])
    if rows.shape[-1] == 0:
        raise TooMuch
    made = np.empty(rows.shape[:-1], dtype=object)
    for place in np.ndindex(made.shape):
        made[place] = cast(
            reduce(op.scalar_op, [cast(each, inside) for each in rows[place]]), dtype
        )
    return made


@written_out.register
def _product_of_transposed(op: MatrixProduct, node, inputs):
    turns = op.left_transposed, op.right_transposed
    return _product(op, node, [a.T if turn else a for a, turn in zip(inputs, turns, strict=True)])


@written_out.register
def _product(op: Dot, node, inputs):
    left, right = inputs
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] == 0:
        raise TooMuch
    made = np.empty((len(left), right.shape[1]), dtype=object)
    for i, j in np.ndindex(made.shape):
        made[i, j] = reduce(ps.add, map(ps.mul, left[i], right[:, j]))
    return made


@written_out.register
def _turned(op: DimShuffle, node, inputs):
    kept = [axis for axis in op.new_order if axis != "x"]
    dropped = [axis for axis in range(inputs[0].ndim) if axis not in kept]
    array = inputs[0].transpose([*kept, *dropped])
    array = array[(..., *(0 for _ in dropped))] if dropped else array
    new = [place for place, axis in enumerate(op.new_order) if axis == "x"]
    return np.expand_dims(np.asarray(array, dtype=object), tuple(new))


@written_out.register
def _same(op: SpecifyShape, node, inputs):
    return inputs[0]


@written_out.register
def _filled(op: Alloc, node, inputs):
    if None in node.outputs[0].type.shape:
        raise TooMuch
    return np.broadcast_to(inputs[0], node.outputs[0].type.shape)


def index(op, given) -> tuple:
    """The index of a part, whose numbers must be constants."""
    if not all(isinstance(each, Constant) for each in given):
        raise TooMuch
    return tuple(
        slice(*(getattr(each, "data", each) for each in (part.start, part.stop, part.step)))
        if isinstance(part, slice)
        else int(getattr(part, "data", part))
        for part in indices_from_subtensor(given, op.idx_list)
    )


@written_out.register
def _part(op: Subtensor, node, inputs):
    return inputs[0][index(op, node.inputs[1:])]


@written_out.register
def _with_part(op: IncSubtensor, node, inputs):
    array, place = inputs[0].copy(), index(op, node.inputs[2:])
    before = np.asarray(array[place], dtype=object)
    part = np.empty(before.shape, dtype=object)
    numbers = np.broadcast_to(inputs[1], part.shape)
    for spot in np.ndindex(part.shape):
        number = cast(numbers[spot], node.outputs[0].type.dtype)
        part[spot] = number if op.set_instead_of_inc else ps.add(before[spot], number)
    array[place] = part if part.ndim else part.item()
    return array


@written_out.register
def _drawn(op: Uniform, node, inputs):
    """The array whose shape the draws have is of no other use."""
    state, like = inputs
    draw = Numbers(like.size, node.outputs[1].type.dtype)
    call, *numbers = draw(*state, return_list=True)
    return arranged([*state[:2], call, *numbers], [state.shape, like.shape])


@written_out.register
def _written_out_before(op: StraightCode, node, inputs):
    inside = copied_inside(op.composite)
    numbers = [number for array in inputs for number in array.ravel()]
    made = graph_replace(
        inside.outputs, dict(zip(inside.inputs, numbers, strict=True)), strict=False
    )
    return arranged(made, op.shapes)


@written_out.register
def _with_a_name(op: OpFromGraph, node, inputs):
    inside = copied_inside(op)
    values = dict(zip(inside.inputs, inputs, strict=True))
    write_out(inside.toposort(), values, MOST_NAMED)
    return [value(each, values) for each in inside.outputs]


def arranged(numbers: list, shapes) -> list[np.ndarray]:
    """Arrays of these shapes, filled with numbers one after the other."""
    rest, made = iter(numbers), [np.empty(shape, dtype=object) for shape in shapes]
    for array in made:
        for place in np.ndindex(array.shape):
            array[place] = next(rest)
    return made
