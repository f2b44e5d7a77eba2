"""Learning rules that choose the length of each weight's step from the gradients it has had."""

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from dltut.optim.parts import (
    check_fraction,
    check_positive,
    gradients,
    moving_average,
    state_like,
    typed,
)


def adagrad(cost, params: list[SharedVariable], learning_rate=1.0, epsilon=1e-6) -> dict:
    r"""Divide each step by the root of the sum of all squared gradients so far.

    .. math:: s \leftarrow s + g^2, \qquad p \leftarrow p - \eta \, g / \sqrt{s + \epsilon}

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
    epsilon : float
        Above 0; keeps the division finite.

    Returns
    -------
    dict
        {shared variable: next value}; adds "squares" for each parameter.

    Raises
    ------
    InputError
        As `dltut.optim.sgd`.

    References
    ----------
    .. [1] Duchi, Hazan, Singer (2011), Adaptive subgradient methods for online learning.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    updates = {}
    for p, g in gradients(cost, params).items():
        squares = state_like(p, "squares")
        updates[squares] = squares + g**2
        updates[p] = p - typed(learning_rate, p) * g / pt.sqrt(updates[squares] + typed(epsilon, p))
    return updates


def rmsprop(cost, params: list[SharedVariable], learning_rate=1.0, rho=0.9, epsilon=1e-6) -> dict:
    r"""Divide each step by the root of a moving average of the squared gradients.

    .. math::
        s \leftarrow \rho s + (1 - \rho) g^2, \qquad
        p \leftarrow p - \eta \, g / \sqrt{s + \epsilon}

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
    rho : float or shared scalar, 0 <= rho < 1
        How much of the average stays at each step.
    epsilon : float
        Above 0; inside the root.

    Returns
    -------
    dict
        {shared variable: next value}; adds "mean_square" for each parameter.

    Raises
    ------
    InputError
        As `dltut.optim.sgd`, or if rho is out of range.

    References
    ----------
    .. [1] Tieleman, Hinton (2012), Neural networks for machine learning, lecture 6.5.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    check_fraction(rho=rho)
    updates = {}
    for p, g in gradients(cost, params).items():
        mean_square = state_like(p, "mean_square")
        updates[mean_square] = s = moving_average(mean_square, g**2, rho)
        updates[p] = p - typed(learning_rate, p) * g / pt.sqrt(s + typed(epsilon, p))
    return updates


def adadelta(cost, params: list[SharedVariable], learning_rate=1.0, rho=0.95, epsilon=1e-6) -> dict:
    r"""Give each step the size that steps have had, so that no learning rate is needed.

    .. math::
        s \leftarrow \rho s + (1 - \rho) g^2, \quad
        u = g \sqrt{d + \epsilon} / \sqrt{s + \epsilon}, \quad
        d \leftarrow \rho d + (1 - \rho) u^2, \quad p \leftarrow p - \eta u

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
        1 is the paper's rule.
    rho : float or shared scalar, 0 <= rho < 1
    epsilon : float
        Above 0; the first steps are about as long as its root.

    Returns
    -------
    dict
        {shared variable: next value}; adds "mean_square" and "mean_square_step".

    Raises
    ------
    InputError
        As `rmsprop`.

    References
    ----------
    .. [1] Zeiler (2012), ADADELTA: an adaptive learning rate method.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    check_fraction(rho=rho)
    updates = {}
    for p, g in gradients(cost, params).items():
        mean_square, mean_square_step = (
            state_like(p, role) for role in ("mean_square", "mean_square_step")
        )
        updates[mean_square] = s = moving_average(mean_square, g**2, rho)
        u = g * pt.sqrt(mean_square_step + typed(epsilon, p)) / pt.sqrt(s + typed(epsilon, p))
        updates[mean_square_step] = moving_average(mean_square_step, u**2, rho)
        updates[p] = p - typed(learning_rate, p) * u
    return updates
