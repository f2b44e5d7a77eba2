"""A graph of arrays of a few numbers as one operation on numbers."""

from itertools import chain, pairwise

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.scalar import Composite
from pytensor.tensor.type import TensorType


class StraightCode(Op):
    """What a graph makes of arrays, written out for each of their elements: no loops, no calls.

    Parameters
    ----------
    composite : Composite
        Of the elements of all inputs, one array after the other, row by row, those of all outputs.
    shapes : tuple of tuple of int
        Of the outputs.
    """

    __props__ = ("composite", "shapes")

    def __init__(self, composite: Composite, shapes: tuple):
        self.composite, self.shapes = composite, shapes

    def __str__(self):
        return f"StraightCode{{{len(self.composite.outputs)} numbers}}"

    @property
    def n_operations(self) -> int:
        """How many operations on numbers there are, once each in loops."""
        return _count(self.composite)

    def make_node(self, *arrays):
        """Of arrays whose shapes are known the outputs."""
        dtypes = [each.type.dtype for each in self.composite.fgraph.outputs]
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        kinds = [
            TensorType(dtypes[end - 1], shape=shape)
            for end, shape in zip(ends, self.shapes, strict=True)
        ]
        return Apply(self, list(arrays), [kind() for kind in kinds])

    def perform(self, node, inputs, output_storage):
        """The reference: one number after the other."""
        made = computed(self.composite, inputs, [each.type for each in node.outputs])
        for storage, array in zip(output_storage, made, strict=True):
            storage[0] = array


class StraightLoop(Op):
    """Straight-line code again and again, whose states are written down after each step.

    Parameters
    ----------
    composite : Composite
        Of the numbers of an element of each sequence, of the states and of the constants, one array
        after the other, row by row, those of the states after a step.
    n_sequences, n_traced, n_states : int
        So many of the arrays are sequences. Of the states that follow, the first `n_traced` are
        given as an array with room for all their values, the first of them filled.
    """

    __props__ = ("composite", "n_sequences", "n_traced", "n_states")

    def __init__(self, composite: Composite, n_sequences: int, n_traced: int, n_states: int):
        self.composite, self.n_sequences = composite, n_sequences
        self.n_traced, self.n_states = n_traced, n_states

    def __str__(self):
        return f"StraightLoop{{{len(self.composite.outputs)} numbers}}"

    def parts(self, arrays) -> tuple:
        """Of all arrays the sequences, the states with all their values, the others, constants."""
        ends = np.cumsum([self.n_sequences, self.n_traced, self.n_states - self.n_traced])
        return tuple(arrays[a:b] for a, b in pairwise([0, *ends, len(arrays)]))

    def make_node(self, n_steps, *arrays):
        """Of a whole number and arrays all values of the first states, the last of the others."""
        _, traced, others, _ = self.parts(arrays)
        return Apply(self, [n_steps, *arrays], [each.type() for each in (*traced, *others)])

    def perform(self, node, inputs, output_storage):
        """The reference: one step after the other, one number after the other."""
        n_steps, *arrays = inputs
        sequences, traced, others, constants = self.parts(arrays)
        states, values = [*(each[0] for each in traced), *others], [[*each] for each in traced]
        kinds = [TensorType(each.dtype, shape=each.shape) for each in states]
        for step in range(int(n_steps)):
            given = [*(each[step] for each in sequences), *states, *constants]
            states = computed(self.composite, given, kinds)
            for kept, state in zip(values, states, strict=False):
                kept[step + 1 : step + 2] = [state]
        kept = [np.array(kept[-len(each) :]) for kept, each in zip(values, traced, strict=True)]
        made = kept + [np.array(each) for each in states[self.n_traced :]]
        for storage, array in zip(output_storage, made, strict=True):
            storage[0] = array


def _count(op) -> int:
    inside = getattr(op, "fgraph", None)
    return 1 if inside is None else sum(_count(node.op) for node in inside.apply_nodes)


def computed(composite: Composite, arrays: list, kinds: list) -> list[np.ndarray]:
    """Arrays of these types, filled with what a composite makes of the elements of others."""
    numbers = composite.impl(*chain.from_iterable(np.ravel(each) for each in arrays))
    numbers = iter(numbers if isinstance(numbers, list | tuple) else [numbers])
    made = [np.empty(kind.shape, kind.dtype) for kind in kinds]
    for array in made:
        for place in np.ndindex(array.shape):
            array[place] = next(numbers)
    return made
