"""Samples along Gibbs chains: the right distribution, the same again, and where they start."""

import enumeration
import numpy as np
import pytensor

from dltut.models import RBM, gibbs_samples


def machine(seed=3, **biases):
    return RBM(np.random.RandomState(seed), 3, 2, **biases)


def test_long_chains_have_the_models_means():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        rbm = machine(vbias=[1.0, -1.0, 0.0])
        samples = gibbs_samples(rbm, np.zeros((5_000, 3)), n_samples=2, n_steps=30)
    p = enumeration.joint(enumeration.machine_of(rbm)).sum(axis=1)
    np.testing.assert_allclose(samples.mean(axis=1), [p @ enumeration.states(3)] * 2, atol=0.02)
    assert (samples[0] != samples[1]).any()


def test_chains_begin_at_the_examples(mode):
    """A bit that holds itself: from where it is, it does not come away in a few steps."""
    W = [[40.0, 0], [0, 40], [0, 0]]
    rbm = machine(W=W, hbias=[-20, -20], vbias=[-20, -20, 0])
    x = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0]])
    samples = gibbs_samples(rbm, x, n_samples=2, n_steps=3)
    np.testing.assert_allclose(samples[:, :, :2], [x[:, :2]] * 2, atol=1e-4)
    np.testing.assert_allclose(samples[:, :, 2], 0.5)


def test_the_same_seed_gives_the_same_samples():
    def samples(seed):
        with pytensor.config.change_flags(mode="FAST_COMPILE"):
            return gibbs_samples(machine(seed), np.eye(3), n_samples=3, n_steps=2)

    np.testing.assert_array_equal(samples(1), samples(1))
    assert (samples(1) != samples(2)).all()
