"""How training goes about it: what makes a step of a cost, the parameters and the data."""

import pytensor

from dltut import optim
from dltut.exceptions import InputError
from dltut.machine.arguments import Amount
from dltut.optim import limit_norm, max_norm, scale_steps
from dltut.training import minibatch_function

__all__ = ["conjugate_gradient", "minibatch"]


def minibatch(cost, model, params, rule, inputs, split, batch_size):
    """A step of the learning rule for every minibatch.

    Parameters
    ----------
    cost : scalar
    model : model
        What it says of its parameters is kept: how far their norms may go, how fast they learn.
    params : list of shared variables
    rule : callable
        Of `dltut.optim`.
    inputs : list of variables
    split : SharedSplit
    batch_size : int
    """
    if rule is None:
        raise InputError("rule is missing: give {name: sgd, learning_rate: 0.1} or another one")
    updates = rule(cost=cost, params=params)
    if rates := getattr(model, "rates", {}):
        updates = scale_steps(updates, rates)
    for param, (_, most, axes) in getattr(model, "limits", {}).items():
        limit_norm([param], most, axes)
        updates = max_norm(updates, [param], most, axes)
    return minibatch_function(cost, inputs, split, batch_size, updates)


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
    parts = [cost, *pytensor.grad(cost, params)]
    function = minibatch_function(parts, inputs, split, batch_size)
    return optim.conjugate_gradient(function, params, tolerance)
