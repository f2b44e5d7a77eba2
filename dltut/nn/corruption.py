"""Noise for inputs by name: what a denoising autoencoder has to undo."""

import math
from collections.abc import Callable
from numbers import Real

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.machine.rng import Streams
from dltut.machine.shared import as_floats
from dltut.nn.names import Names


def masking(streams: Streams, x, level: float):
    """`x` with a share `level` of its elements, drawn anew for each, set to 0.

    Parameters
    ----------
    streams : Streams
        Where the noise is drawn.
    x : variable
    level : float or scalar variable
        From 0 (nothing happens) to 1 (nothing is left).

    Returns
    -------
    variable
        Of x's shape. What is kept is not made larger, unlike in dropout.

    Raises
    ------
    InputError
        If the level is not from 0 to 1.

    References
    ----------
    .. [1] Vincent, Larochelle, Lajoie, Bengio, Manzagol (2010), Stacked denoising autoencoders,
       section 3.3.

    Examples
    --------
    >>> x = pt.ones((2, 3))
    >>> masking(Streams(1), x, 0.0) is x
    True
    >>> float(masking(Streams(1), x, 1.0).sum().eval(mode="FAST_COMPILE"))
    0.0
    """
    _check_share("masking", level)
    return _unless_zero(level, x, lambda x: x * streams.bernoulli(1 - level, x))


def salt_and_pepper(streams: Streams, x, level: float):
    """`x` with a share `level` of its elements set to 0 or to 1, either as likely as the other.

    Parameters
    ----------
    streams : Streams
    x : variable
        Values in [0, 1], of which 0 and 1 are the ends.
    level : float or scalar variable
        From 0 to 1.

    Returns
    -------
    variable
        Of x's shape.

    Raises
    ------
    InputError
        If the level is not from 0 to 1.
    """
    _check_share("salt_and_pepper", level)

    def noisy(x):
        u = streams.uniform(x)
        extreme = (u < level / 2).astype(x.dtype)  # of the lowest share, half are 1
        return pt.switch(u < level, extreme, x)

    return _unless_zero(level, x, noisy)


def gaussian(streams: Streams, x, level: float):
    """`x` with normal noise added, which may lead out of [0, 1].

    Parameters
    ----------
    streams : Streams
    x : variable
    level : float or scalar variable
        Standard deviation of the noise, at least 0.

    Returns
    -------
    variable
        Of x's shape.

    Raises
    ------
    InputError
        If the level is below 0 or not finite.
    """
    if _is_number(level) and not 0 <= level < math.inf:
        raise InputError(f"gaussian noise of level {level}: a standard deviation is 0 or above")
    deviation = pt.as_tensor_variable(level)
    return _unless_zero(level, x, lambda x: x + deviation.astype(x.dtype) * streams.normal(x))


CORRUPTIONS = Names(
    "corruption", masking=masking, salt_and_pepper=salt_and_pepper, gaussian=gaussian
)


def corruption(named: str | Callable) -> Callable:
    """The function ``(streams, x, level) -> noisy x`` of a name; a function itself.

    Raises
    ------
    InputError
        If there is no corruption of that name.

    Examples
    --------
    >>> corruption("masking") is masking
    True
    """
    return CORRUPTIONS.function(named)


def _is_number(level) -> bool:
    return isinstance(level, Real)


def _check_share(name, level):
    if _is_number(level) and not 0 <= level <= 1:
        raise InputError(f"{name} of level {level}: the share of corrupted inputs is from 0 to 1")


def _unless_zero(level, x, noisy):
    """`x` itself where the level is the number 0, so that nothing is drawn in vain."""
    return x if _is_number(level) and level == 0 else noisy(as_floats(x))
