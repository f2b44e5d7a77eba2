r"""Learning rules: what a step of training makes of the gradients.

A rule is a function from a cost and parameters to *updates*, a dictionary {shared variable: next
value}. It computes nothing: a compiled function does, which takes the updates and carries them out
at each call.

>>> import numpy as np
>>> import pytensor
>>> w = pytensor.shared(np.array([1.0, -1.0]), name="w")
>>> cost = (w**2).sum()
>>> updates = sgd(cost, [w], learning_rate=0.25)
>>> updates[w].eval()
array([ 0.5, -0.5])

What a rule remembers from one step to the next, such as a velocity, is one more shared variable
with one more entry, named for its parameter. So a checkpoint that keeps all that is updated keeps
it, and a resumed run goes on exactly.

>>> [variable.name for variable in momentum(cost, [w], learning_rate=0.1)]
['w', 'w.velocity']

The rules, by what they do with the gradient :math:`g` of a parameter:

======================  ============================================  =============================
rule                    a step goes                                   it remembers
======================  ============================================  =============================
`sgd`                   along :math:`-g`
`momentum`, `nesterov`  along the last step and :math:`-g`            velocity
`adagrad`               less far, the steeper it has been so far      squares
`rmsprop`               less far, the steeper it has been lately      mean_square
`adadelta`              the same, and as far as lately                mean_square, mean_square_step
`adam`                  along the mean of :math:`-g`, like `rmsprop`  mean, mean_square, steps
`amsgrad`               the same, with the steepest that has been     and largest_mean_square
`adamax`                the same, by the largest :math:`|g|`          mean, largest, steps
======================  ============================================  =============================

Rules combine by changing the dictionary. `momentum` is `apply_momentum` around `sgd`, and the same
goes around any other; `scale_steps` gives some parameters longer steps, and
`dltut.optim.max_norm` keeps weights within a norm.

>>> updates = apply_momentum(adagrad(cost, [w], learning_rate=0.1), [w], momentum=0.5)
>>> [variable.name for variable in updates]
['w.squares', 'w', 'w.velocity']

In the place of the cost, a rule takes the gradients themselves, such as those that
`dltut.optim.clip_gradient_norm` has shortened. And in the place of a learning rate or a momentum
it takes a shared scalar, which `dltut.training.Scheduled` changes while training.

A rule of one's own is a function like these. Here the steps have one length, whatever the slope:

>>> import pytensor.tensor as pt
>>> def sign_descent(cost, params, learning_rate):
...     slopes = gradients(cost, params)
...     return {p: p - typed(learning_rate, p) * pt.sign(g) for p, g in slopes.items()}
>>> sign_descent(cost, [w], learning_rate=0.25)[w].eval()
array([ 0.75, -0.75])
"""

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.optim.gradients import (
    check_fraction,
    check_params,
    check_positive,
    gradients,
    moving_average,
    state_like,
    step_count,
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
