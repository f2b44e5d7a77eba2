"""What Theano's variables and operations could do, lent to those of PyTensor.

Importing `dltut.theano` is what does it; PyTensor's own names keep their meaning.
"""

from functools import cache

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.op import Op
from pytensor.tensor.variable import _tensor_py_operators

from dltut.theano.configuration import config
from dltut.theano.gof.op import understand
from dltut.theano.gof.trial import switch


def truth(variable) -> bool:
    """Whether a variable is there: ``if not W``; one that compares refuses, as in Theano.

    Raises
    ------
    TypeError
        If the variable is the result of a comparison, whose truth only a call would tell.
    """
    if getattr(variable, "_is_nonzero", True):
        return True
    raise TypeError(
        "a comparison of variables is neither true nor false before a function is called: use "
        "T.switch, T.and_ or theano.ifelse"
    )


def _comparison(compare):
    """An operator whose results have no truth."""

    def compared(variable, other):
        found = compare(variable, other)
        found._is_nonzero = False
        return found

    return compared


def _reshape(variable, shape, ndim=None):
    return pt.reshape(variable, shape, ndim=ndim)


def _transfer(variable, target):
    return variable


def _old_value(shared):
    return shared.get_value()


def _set_old_value(shared, value):
    shared.set_value(value)


def _zero(shared, borrow=False):
    """Set a shared variable to zeros, in place with `borrow`."""
    value = shared.get_value(borrow=True)
    if borrow:
        value[...] = 0
    else:
        shared.set_value(np.zeros_like(value), borrow=True)


def _iterated(variable):
    """The items of a variable, as many as are known when the graph is built."""
    try:
        length = pt.get_vector_length(variable) if variable.ndim == 1 else variable.type.shape[0]
    except (ValueError, IndexError):
        length = None
    if length is None:
        raise TypeError(
            f"{variable} cannot be iterated over, its length is not known: use theano.scan"
        )
    return (variable[i] for i in range(length))


def _subclassed(before):
    """What is done with every new class of operations: PyTensor's, and what Theano's names need."""

    def subclassed(kind, **options):
        understand(kind)
        if before is not None:
            before.__func__(kind, **options)
        else:
            super(Op, kind).__init_subclass__(**options)

    return subclassed


@cache
def lend() -> bool:
    """Lend it, once."""
    lent = {
        "__bool__": truth,
        "__nonzero__": truth,
        "__lt__": _comparison(pt.lt),
        "__le__": _comparison(pt.le),
        "__gt__": _comparison(pt.gt),
        "__ge__": _comparison(pt.ge),
        "__iter__": _iterated,
        "reshape": _reshape,
        "transfer": _transfer,
    }
    for name, method in lent.items():
        setattr(_tensor_py_operators, name, method)
    Variable.__init__.__defaults__ = (None, None, None)  # Theano's had no owner unless it was said
    Op.__init_subclass__ = classmethod(_subclassed(vars(Op).get("__init_subclass__")))
    config.follow("compute_test_value", switch)
    SharedVariable.value = property(_old_value, _set_old_value)
    SharedVariable.zero = _zero
    return True
