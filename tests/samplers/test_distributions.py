"""Energies beside SciPy's densities; means and covariances beside sums over a grid."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.stats import multivariate_normal, norm

from dltut import function
from dltut.exceptions import InputError
from dltut.samplers import Banana, Gaussian, Mixture

COVARIANCE = np.array([[2.0, 0.6], [0.6, 1.0]])


def energies(distribution, points):
    with pytensor.config.change_flags(floatX="float64"):
        x = pt.matrix("x")
        return function([x], distribution(x), mode="FAST_COMPILE")(points)


def banana_density(points):
    return norm.logpdf(points[:, 0], 0, 1.5) + norm.logpdf(
        points[:, 1], 0.3 * (points[:, 0] ** 2 - 1.5**2)
    )


def mixture_density(points):
    return np.log(sum(np.exp(-((points - c) ** 2).sum(1) / 0.5) for c in ([0, 1], [2, -1])))


CASES = [
    (Gaussian([1, -2], COVARIANCE), multivariate_normal([1, -2], COVARIANCE).logpdf),
    (Banana(1.5, 0.3), banana_density),
    (Mixture([[0, 1], [2, -1]], 0.5), mixture_density),
]


@pytest.mark.parametrize(("distribution", "log_density"), CASES)
def test_energy_is_minus_the_log_density(rng, distribution, log_density):
    points = rng.normal(size=(20, 2))
    total = energies(distribution, points) + log_density(points)
    np.testing.assert_allclose(total, total[0], atol=1e-9)


@pytest.mark.parametrize(("distribution", "log_density"), CASES)
def test_mean_and_covariance(distribution, log_density):
    axis = np.linspace(-15, 30, 600)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    weights = np.exp(-energies(distribution, points))
    weights /= weights.sum()
    mean = weights @ points
    np.testing.assert_allclose(distribution.mean, mean, atol=1e-5)
    away = points - mean
    np.testing.assert_allclose(distribution.covariance, (away.T * weights) @ away, atol=1e-5)


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        ([[1.0]], r"the covariance has shape \(1, 1\); a mean of 2 numbers needs \(2, 2\)"),
        (
            [[1.0, 2.0], [2.0, 1.0]],
            r"positive definite \(smallest eigenvalue -1\): no distribution",
        ),
        ([[1.0, 0.5], [0.0, 1.0]], "not symmetric and positive definite"),
    ],
)
def test_no_covariance(covariance, message):
    with pytest.raises(InputError, match=message):
        Gaussian([0, 0], covariance)


def test_the_tutorial_s_covariance_of_ten_dimensions_is_none():
    """Its helper makes one by default; only five dimensions give a distribution."""
    for dim, smallest in ((5, 0.152), (10, -0.347)):
        rng = np.random.RandomState(123)
        mean, covariance = rng.rand(dim) * 10, rng.rand(dim, dim)
        covariance = (covariance + covariance.T) / 2
        np.fill_diagonal(covariance, 1)
        assert np.linalg.eigvalsh(covariance)[0] == pytest.approx(smallest, abs=1e-3)
        if dim == 10:
            with pytest.raises(InputError, match="positive definite"):
                Gaussian(mean, covariance)
        else:
            Gaussian(mean, covariance)
