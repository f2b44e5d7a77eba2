"""The one gate through which every parameter is made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from numbers import Integral, Real

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from dltut.exceptions import InputError
from dltut.machine.rng import check_generator
from dltut.machine.shared import as_floatX
from dltut.nn.init import initializer


def parameter(start, shape: tuple[int, ...], name: str, rng=None) -> Variable:
    """A shared variable of `shape` from whatever describes its start.

    Parameters
    ----------
    start : shared variable, expression, array, number, initializer or None
        A variable is used as it is, which is how weights are tied: pass the other layer's W, or an
        expression such as ``other.W.T``. An array is copied. An initializer of `dltut.nn.init` gets
        (rng, shape); its description will do, ``{"name": "uniform", "limit": 0.05}`` or the name
        alone. A number is the value of every element, and None stands for zeros.
    shape : tuple of int
    name : str
        The name in saved files, such as "hidden0.W".
    rng : RandomState or Generator, optional
        Needed by initializers that draw.

    Raises
    ------
    InputError
        If the shape is not the one that the layer needs, or holds a size that is no whole number
        above 0; if an initializer gets no generator; if there is no room for so many numbers.

    Examples
    --------
    >>> b = parameter(None, (3,), "b")
    >>> parameter(b, (3,), "other.b") is b
    True
    """
    if not all(isinstance(size, Integral) and size >= 1 for size in shape):
        raise InputError(
            f"{name} would have shape {tuple(shape)}: every size is a whole number, 1 or more"
        )
    if isinstance(start, Variable):
        _check_variable(start, shape, name)
        return start
    _check_room(shape, name)
    values = as_floatX(_values(start, shape, name, rng))
    if values.shape != tuple(shape):
        raise InputError(f"{name} has shape {values.shape}; this layer needs {tuple(shape)}")
    return pytensor.shared(values, name=name, shape=values.shape)


@contextmanager
def room_for(n: int, n_arrays: int = 10**9) -> Iterator[None]:
    """Let the parameters that are made in the block be no more, and have no more than n numbers.

    For a model that a file names: its sizes are only words until the file has as many numbers.

    Raises
    ------
    InputError
        In the block, before there is an array of too many.

    Examples
    --------
    >>> with room_for(100):
    ...     parameter(None, (2000, 2000), "W")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: W would have shape (2000, 2000), far more numbers than there are
    """
    token = _ROOM.set([n, n_arrays])
    try:
        yield
    finally:
        _ROOM.reset(token)


_ROOM: ContextVar[list[int] | None] = ContextVar("room", default=None)  # numbers that are left


def _check_room(shape: tuple[int, ...], name: str) -> None:
    room = _ROOM.get()
    if room is None:
        return
    room[0] -= prod(map(int, shape))
    room[1] -= 1
    if min(room) < 0:
        raise InputError(f"{name} would have shape {tuple(shape)}, far more numbers than there are")


def _values(start, shape, name, rng):
    if rng is not None:
        check_generator(rng)
    try:
        if start is None or isinstance(start, Real):
            return np.full(shape, start or 0.0)
        start = initializer(start) if isinstance(start, str | Mapping) else start
        return start(rng, shape) if callable(start) else start
    except AttributeError:
        check_generator(rng)
        raise
    except (MemoryError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} of shape {tuple(shape)} cannot be made ({error})") from None


def _check_variable(variable, shape, name):
    if isinstance(variable, SharedVariable):
        found = variable.get_value(borrow=True).shape
    else:
        found = variable.type.shape
    fits = len(found) == len(shape) and all(
        a in (None, b) for a, b in zip(found, shape, strict=True)
    )
    if not fits:
        raise InputError(f"{name} is tied to a variable of shape {found}; this layer needs {shape}")


def joined(prefix: str, name: str) -> str:
    """The name behind its prefix and a dot, or alone without a prefix."""
    return f"{prefix}.{name}" if prefix else name
