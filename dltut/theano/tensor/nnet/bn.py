"""``theano.tensor.nnet.bn``: batch normalisation."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on


def batch_normalization(inputs, gamma, beta, mean, std, mode="low_mem"):
    """``(inputs - mean) * gamma / std + beta``.

    Parameters
    ----------
    inputs, gamma, beta, mean, std : variable
    mode : {"low_mem", "high_mem"}
        Unread.
    """
    return (inputs - mean) * (gamma / std) + beta


def _axes(axes, ndim: int) -> tuple[int, ...]:
    if axes == "per-activation":
        return (0,)
    if axes == "spatial":
        return (0, *range(2, ndim))
    return tuple(axes) if isinstance(axes, list | tuple) else (int(axes),)


def _spread(parameter, ndim: int, axes: tuple[int, ...]):
    """A parameter with an axis of length 1 for each that is averaged over."""
    parameter = pt.as_tensor_variable(parameter)
    if parameter.ndim == ndim:
        return parameter
    rest = iter(range(parameter.ndim))
    return parameter.dimshuffle(*("x" if axis in axes else next(rest) for axis in range(ndim)))


def batch_normalization_train(
    inputs,
    gamma,
    beta,
    axes="per-activation",
    epsilon=1e-4,
    running_average_factor=0.1,
    running_mean=None,
    running_var=None,
):
    """The normalised batch, its mean, one over its deviation, and the next running averages.

    Parameters
    ----------
    inputs, gamma, beta : variable
    axes : {"per-activation", "spatial"} or tuple of int
        What is averaged over.
    epsilon, running_average_factor : float
    running_mean, running_var : variable, optional
    """
    inputs = pt.as_tensor_variable(inputs)
    over = _axes(axes, inputs.ndim)
    n_axes = pt.as_tensor_variable(gamma).ndim
    gamma, beta = (_spread(each, inputs.ndim, over) for each in (gamma, beta))
    mean = inputs.mean(over, keepdims=True)
    var = inputs.var(over, keepdims=True)
    invstd = pt.reciprocal(pt.sqrt(var + pt.as_tensor(epsilon).astype(var.dtype)))
    normalised = (inputs - mean) * gamma * invstd + beta
    found = [mean, invstd]
    rate = running_average_factor
    if running_mean is not None:
        found.append(_spread(running_mean, inputs.ndim, over) * (1.0 - rate) + mean * rate)
    if running_var is not None:
        n = pt.prod([inputs.shape[axis] for axis in over]).astype(inputs.dtype)
        before = _spread(running_var, inputs.ndim, over)
        found.append(before * (1.0 - rate) + (n / (n - 1.0)) * var * rate)
    kept = found if n_axes == inputs.ndim else [pt.squeeze(each, over) for each in found]
    return (normalised, *kept)


def batch_normalization_test(inputs, gamma, beta, mean, var, axes="per-activation", epsilon=1e-4):
    """A batch normalised by given means and variances.

    Parameters
    ----------
    inputs, gamma, beta, mean, var : variable
    axes : {"per-activation", "spatial"} or tuple of int
    epsilon : float
    """
    inputs = pt.as_tensor_variable(inputs)
    over = _axes(axes, inputs.ndim)
    gamma, beta, mean, var = (_spread(p, inputs.ndim, over) for p in (gamma, beta, mean, var))
    return (inputs - mean) * gamma / pt.sqrt(var + epsilon) + beta


__getattr__ = passed_on(__name__)
