"""Limits on the size of weights and gradients."""

from numbers import Integral, Real

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.optim.gradients import check_params, check_positive, typed

NOTHING = 1e-30  # a norm so small is none, and does not divide


def max_norm(
    updates: dict, params: list[SharedVariable], limit: float, axes=None, least: float = 0.0
) -> dict:
    """The updates of any rule, with the weights of each unit kept within a largest norm.

    Parameters
    ----------
    updates : dict
        {shared variable: next value} from a rule; it is not changed.
    params : list of shared variables
        The weights to limit; biases are usually left free.
    limit : float
        The largest Euclidean norm, above 0.
    axes : int or tuple of int, optional
        The axes that hold one unit's weights. Default: 0 for (n_in, n_out), all but the first for
        the (maps out, maps in, rows, columns) of a convolution.
    least : float
        The smallest norm, up to the limit, which may be infinite then. Weights that are all 0 have
        no direction and stay.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a parameter is not in `updates`, a bias is given without axes, or the limits are not in
        order, the upper one above 0.

    Notes
    -----
    The direction of each unit's weights stays the same. The first step starts from the initial
    values: `limit_norm` brings those within the limit too.

    Examples
    --------
    >>> import pytensor
    >>> from dltut.optim import sgd
    >>> W = pytensor.shared(np.array([[3.0, 0.3], [4.0, 0.4]]), name="W")
    >>> max_norm({W: W}, [W], limit=1.0)[W].eval()
    array([[0.6, 0.3],
           [0.8, 0.4]])

    References
    ----------
    .. [1] Hinton, Srivastava, Krizhevsky, Sutskever, Salakhutdinov (2012), Improving neural
       networks by preventing co-adaptation of feature detectors.
    """
    _check_limits(least, limit)
    for param in check_params(params):
        if param not in updates:
            raise InputError(f"parameter {param} is not in the updates: limit only what is learned")
    limited = {
        param: _within(updates[param], least, limit, _unit_axes(param, axes), pt)
        for param in params
    }
    return updates | limited


def limit_norm(params: list[SharedVariable], limit: float, axes=None, least: float = 0.0) -> None:
    """Bring the present values of weights within a largest norm, once, before the training.

    Parameters
    ----------
    params, limit, axes, least
        As in `max_norm`.

    Raises
    ------
    InputError
        As `max_norm`.

    Examples
    --------
    >>> import pytensor
    >>> W = pytensor.shared(np.array([[3.0, 0.3], [4.0, 0.4]]), name="W")
    >>> limit_norm([W], limit=1.0)
    >>> W.get_value()
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """
    _check_limits(least, limit)
    for param in check_params(params):
        value = np.asarray(param.get_value())
        param.set_value(_within(value, least, limit, _unit_axes(param, axes), np))


def clip_gradient_norm(gradients: list, limit: float) -> list:
    """The gradients, shortened together when their common norm is above a limit.

    Parameters
    ----------
    gradients : list of variables
        As ``pytensor.grad(cost, params)`` gives them.
    limit : float
        The largest Euclidean norm of all of them as one vector, above 0.

    Returns
    -------
    list of variables
        To give to a rule in the place of the cost.

    Raises
    ------
    InputError
        If there are no gradients, or the limit is not positive.

    Notes
    -----
    The direction stays the same, and gradients within the limit stay as they are.

    Examples
    --------
    >>> clipped = clip_gradient_norm([pt.constant([3.0, 0.0]), pt.constant([4.0])], limit=1.0)
    >>> [gradient.eval() for gradient in clipped]
    [array([0.6, 0. ]), array([0.8])]

    References
    ----------
    .. [1] Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural networks.
    """
    check_positive(limit=limit)
    if not gradients:
        raise InputError("there are no gradients to clip: give pytensor.grad(cost, params)")
    norm = pt.sqrt(sum(pt.sum(gradient**2) for gradient in gradients))
    scale = limit / pt.maximum(norm, limit)
    return [gradient * typed(scale, gradient) for gradient in gradients]


def _check_limits(least, most):
    if isinstance(most, Real) and not 0 <= least <= most:
        raise InputError(f"the norm is to be from {least} to {most}: give 0 <= least <= limit")
    if not isinstance(most, Real) or most < np.inf:
        check_positive(limit=most)


def _within(value, least, most, axes, module):
    """`value` with the norms over `axes` from `least` to `most`; `module` is np or pt."""
    norms = module.sqrt(module.sum(value**2, axis=axes, keepdims=True))
    least, most, nothing = (_typed(each, value, module) for each in (least, most, NOTHING))
    wanted = module.minimum(module.maximum(norms, least), most)
    return value * (wanted / module.maximum(norms, nothing))  # 1 within the limits


def _typed(number, like, module):
    return typed(number, like) if module is pt else like.dtype.type(number)


def _unit_axes(param: SharedVariable, axes):
    if axes is not None:
        listed, n = [axes] if isinstance(axes, Integral) else [*axes], param.ndim
        places = {each % n for each in listed if isinstance(each, Integral) and -n <= each < n}
        if not listed or len(places) != len(listed):
            raise InputError(f"axes are {axes}: give some of the {param.ndim} axes of {param}")
        return tuple(sorted(places))
    if param.ndim < 2:
        raise InputError(
            f"parameter {param} has {param.ndim} dimensions: give axes, or limit only weights "
            "(model.weights)"
        )
    return 0 if param.ndim == 2 else tuple(range(1, param.ndim))
