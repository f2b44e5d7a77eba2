"""A symbolic expression as a sum of terms with scalar factors, whatever way it is written."""

from collections import Counter

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Constant
from pytensor.tensor.elemwise import DimShuffle

from dltut.kernels.engine.graph import made_by, scalar_operation


def linear_terms(variable, most: int | None = None) -> dict | None:
    """{term: factor} of which `variable` is the sum, with numbers or symbolic scalars as factors.

    Every expression on the way is looked at once, however often it is used: it may be the state of
    a recurrence.

    Parameters
    ----------
    variable : tensor variable
    most : int, optional
        Of terms; where there are more, the answer is None.

    Returns
    -------
    dict or None
        In the order of reading. Symbolic factors are as wide as `variable` is.

    Examples
    --------
    >>> W, g = pt.matrices("W", "g")
    >>> linear_terms(W - 0.5 * (g + 0.25 * W)) == {W: 0.875, g: -0.5}
    True
    """
    sums, terms, waiting = {}, {}, [variable]
    while waiting:
        each = waiting.pop()
        if each in sums or each in terms:
            continue
        parts = _parts(each)
        if parts is None:
            terms[each] = None
        else:
            sums[each] = parts
            waiting += [part for part, *_ in reversed(parts)]
        if most is not None and len(terms) > most:
            return None
    factors = _factors(variable, sums)
    return {term: factors[term] for term in terms}


def _factors(variable, sums: dict) -> dict:
    """{part: factor} of all that `variable` is made of, in one pass.

    A sum is taken apart once its own factor is complete: when all that it is a part of have been.

    Parameters
    ----------
    variable : tensor variable
    sums : dict
        {sum: its parts}, see `_parts`, for `variable` and all sums in it.
    """
    dtype = variable.type.dtype
    uses = Counter(part for parts in sums.values() for part, *_ in parts)
    factors, ready = {variable: 1.0}, [variable]
    while ready:
        each = ready.pop()
        for part, multipliers, divisor in sums.get(each, ()):
            factor = _scaled(factors[each], multipliers, divisor, dtype)
            factors[part] = _sum(factors[part], factor, dtype) if part in factors else factor
            uses[part] -= 1
            ready += [part] if not uses[part] else []
    return factors


def _parts(variable):
    """What the result of a linear operation is made of, None of any other's.

    Returns
    -------
    list of (part, multipliers, divisor) or None
        The result is the sum of the parts, each times its multipliers and over its divisor, which
        are numbers or scalar variables; no divisor: None.
    """
    operation = scalar_operation(variable.owner)
    if not isinstance(operation, ps.Add | ps.Sub | ps.Neg | ps.Mul | ps.TrueDiv):
        return None
    inputs = variable.owner.inputs
    if any(each.type.ndim != variable.type.ndim for each in inputs):
        return None
    if isinstance(operation, ps.Add):
        return [(each, [], None) for each in inputs]
    if isinstance(operation, ps.Sub):
        return [(inputs[0], [], None), (inputs[1], [-1.0], None)]
    if isinstance(operation, ps.Neg):
        return [(inputs[0], [-1.0], None)]
    scalars = [_scalar(each) for each in inputs]
    if isinstance(operation, ps.TrueDiv):
        return None if scalars[1] is None else [(inputs[0], [], scalars[1])]
    whole = [each for each, scalar in zip(inputs, scalars, strict=True) if scalar is None]
    multipliers = [scalar for scalar in scalars if scalar is not None]
    return [(whole[0], multipliers, None)] if len(whole) == 1 else None


def _scalar(variable):
    """The number or scalar variable that `variable` repeats in every place, or None."""
    if isinstance(variable, Constant) and variable.data.size == 1:
        return float(variable.data.item())
    if not variable.type.ndim:
        return variable
    row = made_by(variable, DimShuffle)
    return _scalar(row.inputs[0]) if row and not row.inputs[0].type.ndim else None


def _scaled(factor, multipliers, divisor, dtype: str):
    """A factor times others, or over one: in Python as long as all are numbers, else symbolic.

    Parameters
    ----------
    factor : float or scalar variable
    multipliers : list of float or scalar variables
    divisor : float, scalar variable or None
    dtype : str
        Of what is symbolic.
    """
    for each in multipliers:
        if factor == 1.0:
            factor = each
        elif isinstance(factor, float) and isinstance(each, float):
            factor *= each
        else:
            factor = as_scalar(factor, dtype) * as_scalar(each, dtype)
    if isinstance(factor, float) and isinstance(divisor, float):
        with np.errstate(all="ignore"):  # by 0 as well, like the elements
            return float(np.divide(factor, divisor))
    return factor if divisor is None else as_scalar(factor, dtype) / as_scalar(divisor, dtype)


def _sum(left, right, dtype: str):
    """The sum of two factors: a number if both are."""
    if isinstance(left, float) and isinstance(right, float):
        return left + right
    return as_scalar(left, dtype) + as_scalar(right, dtype)


def as_scalar(factor, dtype: str):
    """A factor as a scalar variable of a width.

    Factors are as wide as the terms before anything is made of them: what is computed in single
    precision first stays that inexact.
    """
    if isinstance(factor, float):
        return pt.constant(np.asarray(factor, dtype=dtype))
    return factor.astype(dtype)
