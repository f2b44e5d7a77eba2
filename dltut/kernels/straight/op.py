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
        numbers = self.composite.impl(*chain.from_iterable(np.ravel(each) for each in inputs))
        numbers = iter(numbers if isinstance(numbers, list | tuple) else [numbers])
        for storage, made in zip(output_storage, node.outputs, strict=True):
            array = np.empty(made.type.shape, made.type.dtype)
            for place in np.ndindex(array.shape):
                array[place] = next(numbers)
            storage[0] = array
