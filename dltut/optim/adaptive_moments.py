"""Learning rules with moving averages of the gradient and of its size: adam and its relatives."""

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from dltut.optim.parts import (
    check_fraction,
    check_positive,
    gradients,
    moving_average,
    state_like,
    step_count,
    typed,
)


def adam(
    cost, params: list[SharedVariable], learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8
) -> dict:
    r"""Follow a moving average of the gradient, divided by the root of that of its square.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
        \eta_t = \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}, \quad
        p \leftarrow p - \eta_t \, m / (\sqrt{v} + \epsilon)

    Parameters
    ----------
    cost : scalar, or list of gradients
    params : list of shared variables
    learning_rate : float or shared scalar
        About the length of each weight's step.
    beta1, beta2 : float or shared scalar, 0 <= beta < 1
        How much of the two averages stays at each step.
    epsilon : float
        Above 0; outside the root.

    Returns
    -------
    dict
        {shared variable: next value}; adds "mean" and "mean_square" for each parameter and the
        first one's "steps", which counts for all.

    Raises
    ------
    InputError
        As `dltut.optim.sgd`, or if a beta is out of range.

    Notes
    -----
    The form at the end of the paper's section 2: the correction of both averages is in the rate.

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    check_fraction(beta1=beta1, beta2=beta2)
    return _adam(cost, params, learning_rate, beta1, beta2, epsilon)


def amsgrad(
    cost, params: list[SharedVariable], learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8
) -> dict:
    r"""Adam with the largest average of the squared gradient so far, so that rates only fall.

    .. math::
        \hat v \leftarrow \max(\hat v, v), \quad
        p \leftarrow p - \eta_t \, m / (\sqrt{\hat v} + \epsilon)

    Parameters
    ----------
    cost, params, learning_rate, beta1, beta2, epsilon
        As in `adam`.

    Returns
    -------
    dict
        As `adam`; adds "largest_mean_square" for each parameter.

    Raises
    ------
    InputError
        As `adam`.

    References
    ----------
    .. [1] Reddi, Kale, Kumar (2018), On the convergence of Adam and beyond.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    check_fraction(beta1=beta1, beta2=beta2)
    return _adam(cost, params, learning_rate, beta1, beta2, epsilon, largest=True)


def adamax(
    cost, params: list[SharedVariable], learning_rate=0.002, beta1=0.9, beta2=0.999, epsilon=1e-8
) -> dict:
    r"""Adam with a decaying maximum of the gradient's size instead of its root mean square.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        u \leftarrow \max(\beta_2 u, |g|), \quad
        p \leftarrow p - \frac{\eta}{1 - \beta_1^t} \, m / (u + \epsilon)

    Parameters
    ----------
    cost, params, learning_rate, beta1, beta2
        As in `adam`.
    epsilon : float
        Above 0; the paper has none and divides by zero where a gradient has always been 0.

    Returns
    -------
    dict
        {shared variable: next value}; adds "mean" and "largest" for each parameter and the first
        one's "steps", which counts for all.

    Raises
    ------
    InputError
        As `adam`.

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization, section 7.1.
    """
    check_positive(learning_rate=learning_rate, epsilon=epsilon)
    check_fraction(beta1=beta1, beta2=beta2)
    found = gradients(cost, params)
    updates, t = _counted(found)
    for p, g in found.items():
        mean, largest = state_like(p, "mean"), state_like(p, "largest")
        rate = typed(learning_rate, p) / (1 - typed(beta1, p) ** t.astype(p.dtype))
        updates[mean] = m = moving_average(mean, g, beta1)
        updates[largest] = u = pt.maximum(typed(beta2, p) * largest, abs(g))
        updates[p] = p - rate * m / (u + typed(epsilon, p))
    return updates


def _adam(cost, params, learning_rate, beta1, beta2, epsilon, largest=False):
    """The updates of adam, or of amsgrad with the largest mean square instead of the last."""
    found = gradients(cost, params)
    updates, t = _counted(found)
    for p, g in found.items():
        mean, mean_square = state_like(p, "mean"), state_like(p, "mean_square")
        updates[mean] = m = moving_average(mean, g, beta1)
        updates[mean_square] = v = moving_average(mean_square, g**2, beta2)
        if largest:
            largest_mean_square = state_like(p, "largest_mean_square")
            updates[largest_mean_square] = v = pt.maximum(largest_mean_square, v)
        rate = typed(learning_rate, p) * _correction(beta1, beta2, t.astype(p.dtype))
        updates[p] = p - rate * m / (pt.sqrt(v) + typed(epsilon, p))
    return updates


def _correction(beta1, beta2, t):
    """What makes up for averages that began at 0."""
    return pt.sqrt(1 - typed(beta2, t) ** t) / (1 - typed(beta1, t) ** t)


def _counted(found):
    """The update of a counter of steps, from 1, and its next value."""
    steps = step_count(next(iter(found)))
    return {steps: steps + 1}, steps + 1
