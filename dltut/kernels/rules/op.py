"""The next values of a parameter and of what a rule remembers of it, as one Operation."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.scalar import Composite
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.sums import sum_of_squares


class Rule(Op):
    """What a rule makes of each number of a parameter, of its states and of gradients.

    Inputs are, in this order, *leaves* that are only read, gradients that are products
    ``x.T @ delta``, each given as x and delta and never stored, *states*, among them the parameter
    itself, and scalars. Outputs are the next states, and sums of the squares of old ones, which a
    penalty is made of. Leaves, products and states have one shape.

    Parameters
    ----------
    composite : Composite
        Of a number of each leaf, product and state, and of the scalars, the next states'.
    leaves, products : int
        How many there are.
    squares : tuple of int
        The states whose squares are summed.
    inplace : bool
        Whether the states are overwritten.
    """

    __props__ = ("composite", "leaves", "products", "squares", "inplace")

    def __init__(self, composite: Composite, leaves: int, products: int, squares=(), inplace=False):
        self.composite, self.leaves, self.products = composite, leaves, products
        self.squares, self.inplace = tuple(squares), inplace
        self.first = leaves + 2 * products  # input that is a state
        self.states = len(composite.fgraph.outputs)
        if inplace:
            self.destroy_map = {i: [self.first + i] for i in range(self.states)}

    def make_node(self, *inputs):
        """Of leaves, x and delta of each product, states and scalars the next states and sums."""
        states = inputs[self.first : self.first + self.states]
        sums = [TensorType(states[i].type.dtype, shape=())() for i in self.squares]
        return Apply(self, list(inputs), [*(state.type() for state in states), *sums])

    def perform(self, node, inputs, output_storage):
        """The reference: one number after the other."""
        end = self.first + self.states
        leaves, states = inputs[: self.leaves], inputs[self.first : end]
        factors, scalars = inputs[self.leaves : self.first], inputs[end:]
        products = [np.matmul(x.T, g) for x, g in zip(factors[::2], factors[1::2], strict=True)]
        shapes = {each.shape for each in (*leaves, *products, *states)}
        if len(shapes) > 1:
            raise InputError(REFUSED)
        for storage, i in zip(output_storage[self.states :], self.squares, strict=True):
            storage[0] = sum_of_squares(states[i])
        (shape,) = shapes
        following = [np.empty_like(state) for state in states]
        for place in np.ndindex(shape):
            numbers = [each[place] for each in (*leaves, *products, *states)]
            made = self.composite.impl(*numbers, *(each.item() for each in scalars))
            for new, number in zip(following, made if self.states > 1 else [made], strict=True):
                new[place] = number
        for storage, state, new in zip(
            output_storage[: self.states], states, following, strict=True
        ):
            if self.inplace:
                state[...] = new
            storage[0] = state if self.inplace else new


REFUSED = (
    "a gradient does not have the shape of its parameter, or of what its rule remembers: "
    "all of them must have one number for each of the parameter's own"
)
