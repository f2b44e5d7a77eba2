"""Partition functions by annealing, against the sum over all states."""

import numpy as np
import pytensor
import pytest

from dltut.exceptions import InputError
from dltut.models import log_partition


def exact(W, vbias, hbias):
    n = len(W)
    v = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)
    return np.logaddexp.reduce(v @ vbias + np.logaddexp(0, v @ W + hbias).sum(axis=1))


def machines(n=3, scale=1.0, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, scale, (6, 5)), rng.normal(size=(n, 6)), rng.normal(size=(n, 5))


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_sum_over_all_states(mode):
    W, vbias, hbias = machines()
    with pytensor.config.change_flags(mode=mode, floatX="float64"):
        value, deviation = log_partition(W, vbias, hbias, n_chains=300, n_steps=60)
    wanted = [exact(W, *each) for each in zip(vbias, hbias, strict=True)]
    assert (deviation < 0.1).all() and (np.abs(value - wanted) < 4 * deviation + 1e-6).all()


def test_independent_units_need_no_step():
    """Without weights every chain has the weight 1."""
    W, vbias, hbias = machines(scale=0.0)
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        value, deviation = log_partition(W, vbias[0], 0 * hbias[0], n_chains=2, n_steps=1)
    np.testing.assert_allclose(value, exact(W, vbias[0], 0 * hbias[0]))
    assert deviation == 0


def test_mean_weight_is_unbiased():
    """Even with few steps: over many chains the mean weight is the partition function."""
    W, vbias, hbias = machines(1, scale=1.5)
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        value, deviation = log_partition(W, vbias, hbias, n_chains=20_000, n_steps=3)
    assert abs(value[0] - exact(W, vbias[0], hbias[0])) < 4 * deviation[0]


def test_what_does_not_fit():
    W, vbias, hbias = machines()
    with pytest.raises(InputError, match="biases of shape"):
        log_partition(W, vbias[:, 1:], hbias)
    with pytest.raises(InputError, match="counts chains and temperatures"):
        log_partition(W, vbias, hbias, n_chains=0)
