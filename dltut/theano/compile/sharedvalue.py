"""``theano.compile.sharedvalue``: shared variables."""

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable, shared_constructor
from pytensor.tensor import TensorConstant, TensorVariable

from dltut.theano.names import passed_on
from dltut.theano.quiet import silently


def shared(value, name=None, strict=False, allow_downcast=None, **options):
    """A shared variable with a value, as Theano makes one.

    Parameters
    ----------
    value : array, number, sparse matrix, generator ...
    name : str, optional
    strict : bool
        Whether later values must be of the type as they are.
    allow_downcast : bool, optional
        Whether they may lose precision.
    **options
        ``borrow`` and ``broadcastable``; ``target`` is left out.

    Raises
    ------
    TypeError
        If the value is symbolic, or nothing that can be shared.
    """
    if isinstance(value, TensorVariable) and not isinstance(value, TensorConstant):
        raise TypeError(
            f"theano.shared needs numbers, not the expression {value}: call its .eval(), or put it "
            "into updates"
        )
    options.pop("target", None)
    if isinstance(value, bool):
        value = np.asarray(value)
    return silently(
        pytensor.shared, value, name=name, strict=strict, allow_downcast=allow_downcast, **options
    )


__all__ = ["SharedVariable", "shared", "shared_constructor"]
__getattr__ = passed_on(__name__, "pytensor.compile.sharedvalue")
