"""The gradients of a cost, and what else rules are made of: state, numbers of the same width."""

from collections.abc import Iterable
from numbers import Real

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from dltut.exceptions import InputError


def gradients(cost, params: list[SharedVariable]) -> dict:
    """The gradient of a cost by each parameter.

    Parameters
    ----------
    cost : scalar, or list of variables
        A list is taken as the gradients themselves, one for each parameter, in its order.
    params : list of shared variables

    Returns
    -------
    dict
        {parameter: gradient of the parameter's own dtype}

    Raises
    ------
    InputError
        If the cost is not a floating scalar, or does not depend on a parameter; if a parameter is
        not shared, not floating or given twice; if a given gradient does not fit its parameter.

    Examples
    --------
    >>> w = pytensor.shared(np.array([1.0, 2.0]), name="w")
    >>> gradients((w**2).sum(), [w])[w].eval()
    array([2., 4.])
    """
    params = check_params(params)
    listed = list(cost) if isinstance(cost, list | tuple) else _derivatives(cost, params)
    if len(listed) != len(params):
        raise InputError(f"{len(listed)} gradients for {len(params)} parameters: give one for each")
    listed = [pt.as_tensor_variable(gradient) for gradient in listed]
    for param, gradient in zip(params, listed, strict=True):
        if gradient.ndim != param.ndim:
            raise InputError(
                f"the gradient for {param} has {gradient.ndim} dimensions, not {param.ndim}: "
                "give gradients in the order of the parameters"
            )
    return {param: each.astype(param.dtype) for param, each in zip(params, listed, strict=True)}


def check_params(params: list[SharedVariable]) -> list[SharedVariable]:
    """`params` as a list, once it is sure that each is shared, floating, and there only once.

    Raises
    ------
    InputError
        If the list is empty, or a parameter is not shared, not floating or given twice.
    """
    if isinstance(params, SharedVariable):
        raise InputError(f"params is the one variable {params}; a list is expected: [{params}]")
    if isinstance(params, Variable) or not isinstance(params, Iterable):
        hint = "give its .params" if hasattr(params, "params") else "give a list of variables"
        raise InputError(f"params is a {type(params).__name__}: {hint}, such as model.params")
    params = list(params)
    if not params:
        raise InputError("params is empty: give the variables to learn, such as model.params")
    for position, param in enumerate(params):
        if not isinstance(param, SharedVariable):
            raise InputError(
                f"params[{position}] is {param!r}, not a shared variable, so it cannot be updated: "
                "give model.params, or make it with pytensor.shared"
            )
        if not param.dtype.startswith("float"):
            raise InputError(f"parameter {param} is {param.dtype}; only floats can be learned")
        if any(param is earlier for earlier in params[:position]):
            raise InputError(f"parameter {param} is in params twice: a tied one is listed once")
    return params


def state_like(param: SharedVariable, role: str) -> SharedVariable:
    """A shared variable of zeros with the parameter's shape and dtype, named "parameter.role"."""
    zeros = np.zeros_like(np.asarray(param.get_value(borrow=True)))
    return pytensor.shared(zeros, name=_name(param, role), shape=param.type.shape)


def step_count(param: SharedVariable) -> SharedVariable:
    """A shared scalar 0 of the parameter's dtype, named "parameter.steps"."""
    # A float: a whole number of 64 bits would turn float32 arithmetic into float64.
    return pytensor.shared(np.zeros((), dtype=param.dtype), name=_name(param, "steps"))


def typed(value, like):
    """A number or symbolic scalar, as wide as the variable it is to be combined with."""
    if isinstance(value, Real | np.ndarray):
        return pt.constant(value, dtype=like.dtype)
    return value.astype(like.dtype)


def moving_average(average, value, decay):
    """``decay * average + (1 - decay) * value``, as wide as the average.

    Parameters
    ----------
    average, value : variables of the same shape
    decay : float or symbolic scalar, 0 <= decay < 1
        How much of the average stays.

    Returns
    -------
    variable
    """
    return typed(decay, average) * average + typed(1 - decay, average) * value


def check_positive(**numbers) -> None:
    """Refuse settings that are not above 0; symbolic scalars pass.

    Raises
    ------
    InputError
        If a number is out of range, or is neither a number nor a scalar variable.
    """
    for name, value in numbers.items():
        if _is_number(name, value) and not 0 < value < np.inf:
            raise InputError(f"{name} is {value}; it is above 0, such as 0.01")


def check_fraction(**numbers) -> None:
    """Refuse settings that are not at least 0 and below 1; symbolic scalars pass.

    Raises
    ------
    InputError
        If a number is out of range, or is neither a number nor a scalar variable.
    """
    for name, value in numbers.items():
        if _is_number(name, value) and not 0 <= value < 1:
            raise InputError(f"{name} is {value}; it is at least 0 and below 1, such as 0.9")


def _is_number(name: str, value) -> bool:
    """Whether the value is known now (not symbolic)."""
    if isinstance(value, Real):
        return True
    if getattr(value, "ndim", None) != 0:
        raise InputError(f"{name} is {value!r}; a number or a shared scalar is expected")
    return isinstance(value, np.ndarray)


def _derivatives(cost, params: list[SharedVariable]) -> list:
    if getattr(cost, "ndim", None) != 0 or not isinstance(cost, pt.variable.TensorVariable):
        raise InputError(
            f"the cost is {_kind(cost)}; a scalar variable is expected: "
            "take the mean over the batch, cost.mean()"
        )
    if not cost.dtype.startswith("float"):
        raise InputError(f"the cost is {cost.dtype}, which has no gradient: give a floating cost")
    found = pytensor.grad(cost, params, disconnected_inputs="ignore", return_disconnected="none")
    for param, gradient in zip(params, found, strict=True):
        if gradient is None:
            raise InputError(
                f"the cost does not depend on parameter {param}: leave it out of params, "
                "or use it in the cost"
            )
    return found


def _kind(cost) -> str:
    if hasattr(cost, "ndim"):
        return f"{type(cost).__name__} of {cost.ndim} dimensions"
    return repr(cost)


def _name(param: SharedVariable, role: str) -> str | None:
    return None if param.name is None else f"{param.name}.{role}"
