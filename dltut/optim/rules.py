"""Learning rules by the gradient alone or with momentum, and how to wrap any rule.

A rule is a function from a cost and parameters to a dictionary {shared variable: next value}, the
updates of a compiled function. State, such as a velocity, is one more entry, so rules combine by
changing the dictionary: ``momentum`` is ``apply_momentum`` around ``sgd``.

>>> import numpy as np
>>> import pytensor
>>> w = pytensor.shared(np.array([1.0, -1.0]), name="w")
>>> updates = sgd((w**2).sum(), [w], learning_rate=0.25)
>>> updates[w].eval()
array([ 0.5, -0.5])
"""

from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.optim.parts import (
    check_fraction,
    check_params,
    check_positive,
    gradients,
    state_like,
    typed,
)


def sgd(cost, params: list[SharedVariable], learning_rate) -> dict:
    r"""Stochastic gradient descent.

    .. math:: p \leftarrow p - \eta \, \partial C / \partial p

    Parameters
    ----------
    cost : scalar, or list of variables
        What to make small; a list is taken as the gradients, one for each parameter.
    params : list of shared variables
    learning_rate : float or shared scalar
        Above 0. A shared scalar can be changed during the training.

    Returns
    -------
    dict
        {shared variable: next value}, in the parameters' own dtype.

    Raises
    ------
    InputError
        If the cost is not a scalar, a parameter is not shared or listed twice, or the rate is not
        positive.
    """
    check_positive(learning_rate=learning_rate)
    return {
        param: param - typed(learning_rate, param) * gradient
        for param, gradient in gradients(cost, params).items()
    }


def momentum(cost, params: list[SharedVariable], learning_rate, momentum=0.9) -> dict:
    r"""Gradient descent with momentum: the steps add up to a velocity that decays.

    .. math:: v \leftarrow \mu v - \eta \, \partial C / \partial p, \qquad p \leftarrow p + v

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
    momentum : float or shared scalar, 0 <= momentum < 1
        The velocity that stays from one step to the next; a larger one needs a smaller rate.

    Returns
    -------
    dict
        {shared variable: next value}; adds a "velocity" for each parameter.

    Raises
    ------
    InputError
        As `sgd`, or if the momentum is out of range.
    """
    return apply_momentum(sgd(cost, params, learning_rate), params, momentum)


def nesterov(cost, params: list[SharedVariable], learning_rate, momentum=0.9) -> dict:
    r"""Gradient descent with Nesterov's momentum: the velocity is followed before it is measured.

    .. math::
        v \leftarrow \mu v - \eta \, \partial C / \partial p, \qquad
        p \leftarrow p + \mu v - \eta \, \partial C / \partial p

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
    momentum : float or shared scalar, 0 <= momentum < 1

    Returns
    -------
    dict
        {shared variable: next value}; adds a "velocity" for each parameter.

    Raises
    ------
    InputError
        As `momentum`.

    Notes
    -----
    The parameters stand where the gradient is measured, one look ahead of the classic formula, so
    that a step needs one gradient at the present parameters.

    References
    ----------
    .. [1] Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and
       momentum in deep learning.
    """
    return apply_nesterov_momentum(sgd(cost, params, learning_rate), params, momentum)


def apply_momentum(updates: dict, params: list[SharedVariable], momentum=0.9) -> dict:
    """The updates of any rule, with momentum added to the steps of `params`.

    Parameters
    ----------
    updates : dict
        {shared variable: next value} from a rule; it is not changed.
    params : list of shared variables
        The ones that get a velocity.
    momentum : float or shared scalar, 0 <= momentum < 1

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a parameter is not in `updates`, or the momentum is out of range.

    Examples
    --------
    Adagrad with momentum:

    >>> import numpy as np
    >>> import pytensor
    >>> from dltut.optim import adagrad
    >>> w = pytensor.shared(np.array([1.0, -1.0]), name="w")
    >>> updates = apply_momentum(adagrad((w**2).sum(), [w], 0.1), [w], momentum=0.5)
    >>> [variable.name for variable in updates]
    ['w.squares', 'w', 'w.velocity']
    """
    check_fraction(momentum=momentum)
    wrapped = dict(updates)
    for param, step in _steps(updates, params).items():
        velocity = state_like(param, "velocity")
        wrapped[velocity] = typed(momentum, param) * velocity + step
        wrapped[param] = param + wrapped[velocity]
    return wrapped


def apply_nesterov_momentum(updates: dict, params: list[SharedVariable], momentum=0.9) -> dict:
    """The updates of any rule, with Nesterov's momentum added to the steps of `params`.

    Parameters
    ----------
    updates : dict
        {shared variable: next value} from a rule; it is not changed.
    params : list of shared variables
        The ones that get a velocity.
    momentum : float or shared scalar, 0 <= momentum < 1

    Returns
    -------
    dict

    Raises
    ------
    InputError
        As `apply_momentum`.
    """
    check_fraction(momentum=momentum)
    wrapped = dict(updates)
    for param, step in _steps(updates, params).items():
        velocity = state_like(param, "velocity")
        wrapped[velocity] = typed(momentum, param) * velocity + step
        wrapped[param] = param + typed(momentum, param) * wrapped[velocity] + step
    return wrapped


def scale_steps(updates: dict, factors: dict) -> dict:
    """The updates of any rule, with the steps of some parameters made longer or shorter.

    Parameters
    ----------
    updates : dict
        {shared variable: next value} from a rule; it is not changed.
    factors : dict
        {parameter: factor above 0}; a parameter that is not there keeps its step.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a parameter is not in `updates`, or a factor is not positive.

    Notes
    -----
    The same as a learning rate of its own for each parameter, whatever the rule. (Scaling the
    gradients instead would change nothing for adam, which divides by their size.)

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor
    >>> b = pytensor.shared(np.array([1.0]), name="b")
    >>> updates = scale_steps(sgd((b**2).sum(), [b], learning_rate=0.1), {b: 2.0})
    >>> updates[b].eval().round(6)
    array([0.6])
    """
    for param, factor in factors.items():
        check_positive(**{f"the factor of {param}": factor})
    scaled = {
        param: param + typed(factors[param], param) * step
        for param, step in _steps(updates, list(factors)).items()
    }
    return updates | scaled


def _steps(updates: dict, params: list[SharedVariable]) -> dict:
    """{parameter: next value minus present value} for the given parameters."""
    for param in check_params(params):
        if param not in updates:
            known = ", ".join(str(variable) for variable in updates)
            raise InputError(f"parameter {param} is not updated by this rule; these are: {known}")
    return {param: updates[param] - param for param in params}
