"""Deviations of 1 and 0.01: the narrow direction sets the step size, unless it is stretched."""

import numpy as np

from dltut.samplers import HMC

deviations = np.array([1.0, 0.01])


def energy(x):
    return ((x / deviations) ** 2).sum(axis=1) / 2


def stretched(z):
    """The energy of z = x / deviations, in which all directions are equally wide."""
    return energy(z * deviations)


def progress(target):
    """How far a draw goes along the wide direction, on average, once the step size has settled."""
    sampler = HMC(np.zeros((10, 2)), target, stepsize_min=1e-4)
    sampler.sample(100)
    samples = sampler.sample(50)
    return np.abs(np.diff(samples[..., 0], axis=0)).mean()


slow, fast = progress(energy), progress(stretched)
print(f"a draw goes {slow:.2f} deviations far; in stretched coordinates {fast:.2f}")
assert slow < 0.4
assert fast > 0.8
