"""How training goes about it: what makes a step of a cost, the parameters and the data."""

from typing import Literal

from pytensor import grad

from dltut import optim
from dltut.exceptions import InputError
from dltut.machine.arguments import Amount, Size
from dltut.training import Order, minibatch_function

__all__ = ["batch_descent", "conjugate_gradient", "minibatch"]


def minibatch(cost, model, params, rule, inputs, split, batch_size, order=None):
    """A step of the learning rule for every minibatch.

    Parameters
    ----------
    cost : scalar
    model : model
        What it says of the norms and the steps of its parameters is kept.
    params : list of shared variables
    rule : callable
        Of `dltut.optim`.
    inputs : list of variables
    split : SharedSplit
    batch_size : int
    order : Order, optional
        Of the examples.

    Raises
    ------
    InputError
        If there is no rule.
    """
    if rule is None:
        raise InputError("rule is missing: give {name: sgd, learning_rate: 0.1} or another one")
    updates = rule(cost=cost, params=params)
    if hasattr(model, "limited"):
        updates = model.limited(updates)
    return minibatch_function(cost, inputs, split, batch_size, updates, **ordered(order))


def conjugate_gradient(cost, params, inputs, split, batch_size, tolerance: Amount = 1e-5):
    """Nonlinear conjugate gradients on the whole set, an iteration a step.

    Parameters
    ----------
    cost : scalar
    params : list of shared variables
    inputs : list of variables
    split : SharedSplit
    batch_size : int
        Examples worked on at a time.
    tolerance : float
        The search has come to its end when no part of the gradient is larger.
    """
    part = minibatch_function([cost, *grad(cost, params)], inputs, split, batch_size)
    return optim.conjugate_gradient(part, params, tolerance)


def batch_descent(
    cost,
    model,
    params,
    inputs,
    split,
    batch_size,
    n_updates: Size = 10,
    search: Literal["exhaustive", "simple"] = "exhaustive",
    conjugate: bool = True,
    reset_step: bool = True,
    reset_conjugate: bool = True,
    least_step: Amount = 0.001,
    damped: bool = False,
    order=None,
):
    """Several searches along the gradient, or conjugate to it, on each large batch.

    Parameters
    ----------
    cost : scalar
    model : model
    params : list of shared variables
    inputs : list of variables
    split : SharedSplit
    batch_size : int
    n_updates : int
        Searches on each batch.
    search : str
        How the length of a step is found.
    conjugate : bool
        Whether directions are conjugate.
    reset_step, reset_conjugate : bool
        Whether each batch begins with the first steps, and with the steepest direction.
    least_step : float
        The exhaustive search begins with a step at least twice as long.
    damped : bool
        Whether less is kept of the last direction, the longer it is, as in Pylearn2.
    order : Order, optional
        Of the examples.

    Raises
    ------
    InputError
        If the model gives parameters steps of their own, of which a line search knows nothing.

    Notes
    -----
    Where the model limits norms, they are brought within the limits after each search.
    """
    if getattr(model, "rates", {}):
        raise InputError("a line search knows no rates of parameters: take them out")

    def within_limits():
        for param, (least, most, axes) in model.limits.items():
            optim.limit_norm([param], most, axes, least)

    whole = [cost, *grad(cost, params)]
    part, alone = (
        minibatch_function(each, inputs, split, batch_size, **ordered(order))
        for each in (whole, cost)
    )
    how = n_updates, search, conjugate, reset_step, reset_conjugate, least_step, alone, damped
    after = within_limits if getattr(model, "limits", {}) else None
    return optim.batch_descent(part, params, *how, after)


def ordered(order: Order | None) -> dict:
    """What `dltut.training.minibatch_function` is told of the order of the examples.

    Parameters
    ----------
    order : Order or None
    """
    return {} if order is None else {"partial": order.partial, "order": order.rows}
