"""Distributions to draw from whose mean and covariance are known: what a sampler is judged by."""

import numpy as np
import pytensor.tensor as pt
from numpy.typing import ArrayLike

from dltut.exceptions import InputError
from dltut.machine.shared import as_floatX


class Gaussian:
    r"""A normal distribution: energy :math:`(x - \mu) \Sigma^{-1} (x - \mu)^T / 2`.

    Parameters
    ----------
    mean : array, shape (dim,)
    covariance : array, shape (dim, dim)
        Symmetric and positive definite.

    Raises
    ------
    InputError
        If the covariance is none, or has another size than the mean.

    Examples
    --------
    >>> energy = Gaussian([0, 0], [[4, 0], [0, 1]])
    >>> energy(pt.as_tensor([[2.0, 0.0], [0.0, 2.0]])).eval(mode="FAST_COMPILE")
    array([0.5, 2. ])
    """

    def __init__(self, mean: ArrayLike, covariance: ArrayLike):
        self.mean, self.covariance = np.asarray(mean, "float64"), np.asarray(covariance, "float64")
        dim = len(self.mean)
        if self.covariance.shape != (dim, dim):
            raise InputError(
                f"the covariance has shape {self.covariance.shape}; a mean of {dim} numbers needs "
                f"({dim}, {dim})"
            )
        smallest = np.linalg.eigvalsh(self.covariance).min()
        if not np.allclose(self.covariance, self.covariance.T) or not smallest > 0:
            raise InputError(
                "the covariance is not symmetric and positive definite (smallest eigenvalue "
                f"{smallest:.3g}): no distribution has it"
            )
        self.precision = np.linalg.inv(self.covariance)

    def __call__(self, x):
        """The energy of each row, shape (chains,), of a matrix of shape (chains, dim)."""
        away = x - as_floatX(self.mean)
        return ((away @ as_floatX(self.precision)) * away).sum(axis=1) / 2


class Banana:
    r"""A curved ridge in the plane: :math:`x \sim N(0, s^2)`, :math:`y \sim N(b (x^2 - s^2), 1)`.

    Parameters
    ----------
    spread : float
        :math:`s`, above 0.
    bend : float
        :math:`b`; 0 is a Gaussian.
    """

    def __init__(self, spread: float = 2.0, bend: float = 0.5):
        self.spread, self.bend = spread, bend
        self.mean = np.zeros(2)
        self.covariance = np.diag([spread**2, 1 + 2 * bend**2 * spread**4])

    def __call__(self, x):
        """The energy of each row, shape (chains,), of a matrix of shape (chains, 2)."""
        along = x[:, 0]
        across = x[:, 1] - self.bend * (along**2 - self.spread**2)
        return (along / self.spread) ** 2 / 2 + across**2 / 2


class Mixture:
    r"""Equally many draws around each of several centres, with one standard deviation.

    The energy is :math:`-\log \sum_k \exp(-|x - m_k|^2 / 2 \sigma^2)`.

    Parameters
    ----------
    centres : array, shape (n, dim)
    deviation : float
        :math:`\sigma`, above 0.
    """

    def __init__(self, centres: ArrayLike = ((-1.5, 0), (1.5, 0)), deviation: float = 1.0):
        self.centres, self.deviation = np.asarray(centres, "float64"), deviation
        self.mean = self.centres.mean(axis=0)
        dim = len(self.mean)
        self.covariance = np.cov(self.centres.T, bias=True) + deviation**2 * np.eye(dim)

    def __call__(self, x):
        """The energy of each row, shape (chains,), of a matrix of shape (chains, dim)."""
        away = x[:, None, :] - as_floatX(self.centres)  # (chains, centres, dim)
        return -pt.logsumexp(-(away**2).sum(axis=2) / (2 * self.deviation**2), axis=1)
