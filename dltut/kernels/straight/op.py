"""A graph of arrays of a few numbers as one operation on numbers."""

from itertools import chain

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
    """States of a few numbers after n steps, each of which is straight-line code.

    Parameters
    ----------
    composite : Composite
        Of the elements of all states and constants, one array after the other, row by row, those
        of the states after a step.
    n_states : int
        So many of the arrays are states, the others are constants.
    """

    __props__ = ("composite", "n_states")

    def __init__(self, composite: Composite, n_states: int):
        self.composite, self.n_states = composite, n_states

    def __str__(self):
        return f"StraightLoop{{{len(self.composite.outputs)} numbers}}"

    def make_node(self, n_steps, *arrays):
        """Of a whole number and arrays whose shapes are known the states at the end."""
        return Apply(self, [n_steps, *arrays], [each.type() for each in arrays[: self.n_states]])

    def perform(self, node, inputs, output_storage):
        """The reference: one step after the other, one number after the other."""
        n_steps, *arrays = inputs
        kinds = [each.type for each in node.outputs]
        for _ in range(int(n_steps)):
            arrays[: self.n_states] = computed(self.composite, arrays, kinds)
        for storage, array in zip(output_storage, arrays, strict=False):
            storage[0] = array.copy()


def computed(composite: Composite, arrays: list, kinds: list) -> list[np.ndarray]:
    """Arrays of these types, filled with what a composite makes of the elements of others."""
    numbers = composite.impl(*chain.from_iterable(np.ravel(each) for each in arrays))
    numbers = iter(numbers if isinstance(numbers, list | tuple) else [numbers])
    made = [np.empty(kind.shape, kind.dtype) for kind in kinds]
    for array in made:
        for place in np.ndindex(array.shape):
            array[place] = next(numbers)
    return made
