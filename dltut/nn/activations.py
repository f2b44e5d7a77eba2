"""Non-linearities by name: what a layer applies to its sums."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.exceptions import InputError, nearest


def relu(x):
    """max(x, 0); its gradient at 0 is 0."""
    return pt.switch(x > 0, x, pt.zeros_like(x))


def linear(x):
    """The identity: x as it is."""
    return x


def elu(x):
    """X above 0, exp(x) - 1 below (Clevert, Unterthiner, Hochreiter 2016)."""
    return pt.switch(x > 0, x, pt.expm1(pt.minimum(x, 0)))


def leaky_relu(x, slope: float = 0.01):
    """X above 0, ``slope * x`` below (Maas, Hannun, Ng 2013)."""
    return pt.switch(x > 0, x, pt.as_tensor(slope).astype(x.dtype) * x)


def by_name() -> dict[str, Callable]:
    """Every activation that a saved model can name."""
    return {
        "tanh": pt.tanh,
        "sigmoid": pt.sigmoid,
        "softplus": pt.softplus,
        "relu": relu,
        "linear": linear,
        "elu": elu,
        "leaky_relu": leaky_relu,
    }


def activation(given: str | Callable | None) -> Callable:
    """The function for a name, a function, or None (linear).

    Raises
    ------
    InputError
        If there is no activation of that name.

    Examples
    --------
    >>> activation("tanh") is pt.tanh
    True
    """
    if given is None:
        return linear
    if callable(given):
        return given
    known = by_name()
    if given not in known:
        raise InputError(f"there is no activation {given!r}: {nearest(given, known)}")
    return known[given]


def name_of(function: Callable) -> str:
    """The name under which a saved model can find `function` again.

    A function from elsewhere is named with its module: a file cannot bring it back, but says
    which one to pass to `dltut.models.load_model`.

    Examples
    --------
    >>> name_of(relu), name_of(len)
    ('relu', 'builtins.len')
    """
    known = next((name for name, each in by_name().items() if each is function), None)
    return known or f"{function.__module__}.{getattr(function, '__qualname__', function)}"
