"""The one gate through which every parameter is made."""

import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from dltut.exceptions import InputError
from dltut.machine.shared import as_floatX


def parameter(given, shape: tuple[int, ...], name: str, rng=None) -> Variable:
    """A shared variable of `shape` from whatever describes it.

    Parameters
    ----------
    given : shared variable, expression, array or initializer
        A variable is used as it is, which is how weights are tied: pass the other layer's W, or an
        expression such as ``other.W.T``. An array is copied. An initializer gets (rng, shape).
    shape : tuple of int
    name : str
        The name in saved files, such as "hidden0.W".
    rng : RandomState or Generator, optional
        Needed by initializers that draw.

    Raises
    ------
    InputError
        If the shape is not the one that the layer needs, or holds a size below 1.

    Examples
    --------
    >>> import numpy as np
    >>> b = parameter(np.zeros(3), (3,), "b")
    >>> parameter(b, (3,), "other.b") is b
    True
    """
    if isinstance(given, Variable):
        _check_variable(given, shape, name)
        return given
    if min(shape, default=1) < 1:
        raise InputError(f"{name} would have shape {tuple(shape)}: every size is 1 or more")
    values = as_floatX(given(rng, shape) if callable(given) else given)
    if values.shape != tuple(shape):
        raise InputError(f"{name} has shape {values.shape}; this layer needs {tuple(shape)}")
    return pytensor.shared(values, name=name, shape=values.shape)


def _check_variable(given, shape, name):
    if isinstance(given, SharedVariable):
        found = given.get_value(borrow=True).shape
    else:
        found = given.type.shape
    fits = len(found) == len(shape) and all(
        a in (None, b) for a, b in zip(found, shape, strict=True)
    )
    if not fits:
        raise InputError(f"{name} is tied to a variable of shape {found}; this layer needs {shape}")


def owned(*variables: Variable) -> list[SharedVariable]:
    """The shared variables among `variables`: an expression is another layer's to train."""
    return [each for each in variables if isinstance(each, SharedVariable)]


def joined(prefix: str, name: str) -> str:
    """The name behind its prefix and a dot, or alone without a prefix."""
    return f"{prefix}.{name}" if prefix else name
