"""``theano.gpuarray.type``: types of the card, of which there is none."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on


def get_context(name):
    """The card of a name.

    Raises
    ------
    ContextNotDefined
        Always: there is none.
    """
    raise ContextNotDefined(f"context name {name} not defined: there is no card here")


def list_contexts() -> list:
    """The names of the cards: none."""
    return []


class ContextNotDefined(ValueError):
    """There is no card of that name."""


def GpuArrayType(dtype, broadcastable, context_name=None, name=None):
    """The type of arrays on the card: an ordinary one.

    Parameters
    ----------
    dtype : str
    broadcastable : sequence of bool
    context_name, name : str, optional
    """
    return pt.TensorType(dtype, tuple(1 if each else None for each in broadcastable), name)


__getattr__ = passed_on(
    __name__,
    "dltut.theano.sandbox.cuda.basic_ops",
    refused={"gpu_context_type": "there is no card here, and nothing that stands for one"},
)
