"""A symbolic expression as a sum of terms with scalar factors, whatever way it is written."""

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Constant
from pytensor.tensor.elemwise import DimShuffle, Elemwise


def scalar_operation(variable):
    """The scalar operation whose elementwise form made `variable`, or None."""
    owner = variable.owner
    return owner.op.scalar_op if owner and isinstance(owner.op, Elemwise) else None


def linear_terms(variable, factor=1.0) -> dict:
    """{term: factor} of which `variable` is the sum; factors are numbers or symbolic scalars.

    Parameters
    ----------
    variable : tensor variable
    factor : float or scalar variable
        What all of it is multiplied by.

    Examples
    --------
    >>> W, g = pt.matrices("W", "g")
    >>> linear_terms(W - 0.5 * (g + 0.25 * W)) == {W: 0.875, g: -0.5}
    True
    """
    operation = scalar_operation(variable)
    if isinstance(operation, ps.Add | ps.Sub | ps.Neg | ps.Mul | ps.TrueDiv):
        same = [each.type.ndim == variable.type.ndim for each in variable.owner.inputs]
        parts = _parts(operation, variable.owner.inputs, factor) if all(same) else None
        if parts is not None:
            return _summed(linear_terms(*part) for part in parts)
    return {variable: factor}


def _parts(operation, inputs, factor):
    """[(variable, factor)] for one operation, or None where it is not linear."""
    if isinstance(operation, ps.Add):
        return [(each, factor) for each in inputs]
    if isinstance(operation, ps.Sub):
        return [(inputs[0], factor), (inputs[1], _times(factor, -1.0))]
    if isinstance(operation, ps.Neg):
        return [(inputs[0], _times(factor, -1.0))]
    scalars = [_scalar(each) for each in inputs]
    if isinstance(operation, ps.TrueDiv):
        return None if scalars[1] is None else [(inputs[0], factor / scalars[1])]
    whole = [each for each, scalar in zip(inputs, scalars, strict=True) if scalar is None]
    if len(whole) != 1:
        return None
    for scalar in scalars:
        factor = factor if scalar is None else _times(factor, scalar)
    return [(whole[0], factor)]


def _scalar(variable):
    """The number or scalar variable that `variable` repeats in every place, or None."""
    if isinstance(variable, Constant) and variable.data.size == 1:
        return float(variable.data.item())
    if not variable.type.ndim:
        return variable
    owner = variable.owner
    if owner and isinstance(owner.op, DimShuffle) and not owner.inputs[0].type.ndim:
        return _scalar(owner.inputs[0])
    return None


def _times(left, right):
    return right if left == 1.0 else left * right


def _summed(found) -> dict:
    terms = {}
    for each in found:
        for term, factor in each.items():
            terms[term] = terms[term] + factor if term in terms else factor
    return terms


def as_scalar(factor, dtype: str):
    """A factor as a scalar variable of a width."""
    if isinstance(factor, float):
        return pt.constant(np.asarray(factor, dtype=dtype))
    return factor.astype(dtype)
