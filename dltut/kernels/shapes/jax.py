"""Arithmetic of lengths for JAX: done while it reads the function, when all shapes are known."""

import jax
import jax.numpy as jnp
import numpy as np
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.shapes.op import OfLengths, SplitByLengths


@jax_funcify.register(OfLengths)
def of_lengths(op, node, **_):
    """NumPy's numbers, which JAX takes for constants, and arrays of JAX whose numbers are known."""
    inner = op.op.make_node(*node.inputs)

    def numbers(*inputs):
        """The outputs, of numbers that are known."""
        storage = [[None] for _ in inner.outputs]
        op.op.perform(inner, [np.asarray(each) for each in inputs], storage)
        with jax.ensure_compile_time_eval():
            values = [jnp.asarray(each) if np.ndim(each) else each for (each,) in storage]
        return values[0] if len(values) == 1 else values

    return numbers


@jax_funcify.register(SplitByLengths)
def split_by_lengths(op, node, **_):
    """JAX's split, which takes the places where parts begin."""
    axis = op.axis if hasattr(op, "axis") else int(node.inputs[1].data)  # of newer PyTensors

    def parts(x, *others):
        """The parts of x along the axis, as many and as long as the last of the others says."""
        return jnp.split(x, np.cumsum(np.asarray(others[-1]))[:-1], axis=axis)

    return parts
