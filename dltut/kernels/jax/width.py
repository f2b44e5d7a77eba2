"""Sums keep the width that PyTensor gave them.

PyTensor accumulates float32 sums in float64, and its form for JAX leaves the result at that width.
Where JAX knows 64 bits that turns the rest of a float32 graph into float64.
"""

from pytensor.link.jax.dispatch.basic import jax_funcify
from pytensor.tensor.elemwise import CAReduce

_pytensor_reduction = jax_funcify.dispatch(CAReduce)


@jax_funcify.register(CAReduce)
def _reduction(op, node, **kwargs):
    reduce, dtype = _pytensor_reduction(op, node=node, **kwargs), node.outputs[0].type.dtype
    return lambda x: reduce(x).astype(dtype)
