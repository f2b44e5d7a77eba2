"""How much a draw is worth: a random walk, one leapfrog step, twenty leapfrog steps."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.samplers import HMC, Gaussian

target = Gaussian([0, 0], [[1, 0.95], [0.95, 1]])
x = pt.matrix("x")
energy = function([x], target(x))


def random_walk(rng, n, chains, stride):
    """Metropolis' algorithm: a step in any direction, taken with probability exp(-rise)."""
    place, samples = np.zeros((chains, 2)), []
    for _ in range(n):
        there = place + stride * rng.normal(size=place.shape)
        taken = rng.uniform(size=chains) < np.exp(np.minimum(energy(place) - energy(there), 0))
        place = np.where(taken[:, None], there, place)
        samples.append(place)
    return np.array(samples)


def autocorrelation(samples, lag):
    """Correlation of a chain's first coordinate with itself `lag` draws later."""
    z = samples[..., 0] - samples[..., 0].mean()
    return (z[lag:] * z[:-lag]).mean() / (z**2).mean()


def hamiltonian(n_steps, stepsize):
    sampler = HMC(np.zeros((50, 2)), target, n_steps=n_steps, initial_stepsize=stepsize)
    return sampler.sample(250, adapt=False)[50:]


found = {
    "random walk": random_walk(np.random.RandomState(0), 250, 50, 0.5)[50:],
    "1 leapfrog step": hamiltonian(1, 0.25),
    "20 leapfrog steps": hamiltonian(20, 0.11),
}
for name, samples in found.items():
    print(name, [f"{autocorrelation(samples, lag):5.2f}" for lag in (1, 5, 20)])

assert autocorrelation(found["random walk"], 5) > 0.5
assert autocorrelation(found["1 leapfrog step"], 5) > 0.5
assert abs(autocorrelation(found["20 leapfrog steps"], 1)) < 0.2
