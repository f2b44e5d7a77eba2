"""``theano.ifelse``: one of two values, of which only that one is computed."""

import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from dltut.theano.names import attribute, passed_on

# PyTensor 3.3 has them elsewhere, and says so here.
IfElse, plain_ifelse = (attribute("pytensor.ifelse", name) for name in ("IfElse", "ifelse"))


def ifelse(condition, then_branch, else_branch, name=None):
    """The first value if a condition holds, else the second; only that one is computed.

    Parameters
    ----------
    condition : scalar
    then_branch, else_branch : variable or list of variables
    name : str, optional
    """
    several = isinstance(then_branch, list | tuple)
    thens = list(then_branch) if several else [then_branch]
    elses = list(else_branch) if isinstance(else_branch, list | tuple) else [else_branch]
    pairs = [_alike(*pair) for pair in zip(thens, elses, strict=True)]
    found = plain_ifelse(
        pt.as_tensor_variable(condition), *map(list, zip(*pairs, strict=True)), name=name
    )
    found = found if isinstance(found, list) else [found]
    return type(then_branch)(found) if several else found[0]


def _alike(one, other):
    """Two values as variables of one width."""
    one = one if isinstance(one, Variable) else pt.as_tensor_variable(one)
    other = other if isinstance(other, Variable) else pt.as_tensor_variable(other)
    if hasattr(one, "dtype") and hasattr(other, "dtype") and one.dtype != other.dtype:
        width = pt.scalar("x", dtype=one.dtype) + pt.scalar("y", dtype=other.dtype)
        return one.astype(width.dtype), other.astype(width.dtype)
    return one, other


__all__ = ["IfElse", "ifelse"]
__getattr__ = passed_on(__name__, "pytensor.ifelse")
