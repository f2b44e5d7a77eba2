"""A spring moved by Euler's rule gains energy at each step; by leapfrog it keeps it."""

import numpy as np


def energy(x, v):
    return (x**2 + v**2) / 2  # the force of this spring is -x


def euler(x, v, stepsize):
    return x + stepsize * v, v - stepsize * x


def leapfrog(x, v, stepsize):
    v = v - stepsize / 2 * x
    x = x + stepsize * v
    return x, v - stepsize / 2 * x


ends = {}
for rule in (euler, leapfrog):
    x, v = 1.0, 0.0
    for _ in range(200):
        x, v = rule(x, v, 0.1)
    ends[rule] = energy(x, v)
    print(f"{rule.__name__}: energy 0.5 at first, {ends[rule]:.3f} after 200 steps")

np.testing.assert_allclose(ends[euler], 0.5 * (1 + 0.1**2) ** 200)
assert abs(ends[leapfrog] - 0.5) < 0.002
