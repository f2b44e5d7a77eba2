"""Non-linearities by name: what a layer applies to its sums."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.nn.names import Names


def relu(x):
    """max(x, 0); its gradient at 0 is 0."""
    return pt.switch(x > 0, x, pt.zeros_like(x))


def linear(x):
    """The identity: x as it is."""
    return x


def elu(x):
    """Identity above 0, exp(x) - 1 below (Clevert, Unterthiner, Hochreiter 2016)."""
    return pt.switch(x > 0, x, pt.expm1(pt.minimum(x, 0)))


def leaky_relu(x, slope: float = 0.01):
    """Identity above 0, ``slope * x`` below (Maas, Hannun, Ng 2013)."""
    return pt.switch(x > 0, x, pt.as_tensor(slope).astype(x.dtype) * x)


def softmax(x):
    """exp(x) over its sum along the last axis: positive numbers that sum to 1.

    No model ends in it: costs such as `dltut.nn.negative_log_likelihood` take the scores before it,
    from which they are stable.
    """
    return pt.special.softmax(x, axis=-1)


ACTIVATIONS = Names(
    "activation",
    tanh=pt.tanh,
    sigmoid=pt.sigmoid,
    softplus=pt.softplus,
    relu=relu,
    linear=linear,
    elu=elu,
    leaky_relu=leaky_relu,
    softmax=softmax,
)


def activation(named: str | Callable | None) -> Callable:
    """The function of a name; a function itself; the identity for None.

    Raises
    ------
    InputError
        If there is no activation of that name.

    Examples
    --------
    >>> activation("tanh") is pt.tanh
    True
    """
    return linear if named is None else ACTIVATIONS.function(named)
