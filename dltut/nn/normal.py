"""Batch normalisation as an expression: maps, their means and variances."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.kernels.batch_norm import Normalised
from dltut.machine.shared import as_floats
from dltut.nn.activations import elu, linear, relu

FUSED = {linear: "linear", relu: "relu", elu: "elu"}


def batch_normalised(x, gamma, beta, epsilon: float, activation: Callable = linear) -> tuple:
    r"""Maps with mean 0 and variance 1 over the batch, scaled, shifted and activated.

    .. math:: f\left(\gamma \, \frac{x - m}{\sqrt{v + \epsilon}} + \beta\right)

    Parameters
    ----------
    x : variable, shape (batch, channels, ...)
        At least rank 3: pictures or series.
    gamma, beta : variables, shape (channels,)
    epsilon : float
    activation : callable
        Rectifier and ELU are done in the same pass.

    Returns
    -------
    maps, mean, variance
        As x, and (channels,) each.

    Examples
    --------
    >>> maps, mean, variance = batch_normalised(pt.as_tensor([[[1.0, 3.0]]]), [1.0], [0.0], 1e-9)
    >>> maps.eval(mode="FAST_COMPILE").round(3).tolist(), mean.eval().tolist()
    ([[[-1.0, 1.0]]], [2.0])
    """
    x = as_floats(x)
    gamma, beta = (pt.as_tensor(each).astype(x.dtype) for each in (gamma, beta))
    name = FUSED.get(activation, "linear")
    maps, mean, variance = Normalised(float(epsilon), name)(x, gamma, beta)
    return (maps if activation in FUSED else activation(maps)), mean, variance
