"""Leapfrog beside Theano's golden motion, a NumPy loop, and the laws that it must keep."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_golden, golden

from dltut import function
from dltut.machine.shared import as_floatX
from dltut.samplers import Banana, Gaussian, force, hamiltonian, kinetic_energy, leapfrog


def motion(energy, n_steps):
    """f(positions, velocities, stepsize): both after, and the total energies before and after."""
    x, v, stepsize = pt.matrix("x"), pt.matrix("v"), pt.scalar("stepsize")
    there = leapfrog(x, v, stepsize, n_steps, energy)
    energies = hamiltonian(x, v, energy), hamiltonian(*there, energy)
    return function([x, v, stepsize], [*there, *energies])


def pushed(rng, chains, dim):
    return rng.normal(size=(2, chains, dim))


def test_golden(floatX, mode):
    arrays, settings = golden()
    facts = settings["hmc"]
    f = motion(Gaussian(arrays["hmc_mu"], arrays["hmc_cov"]), facts["n_steps"])
    start = [as_floatX(arrays[name]) for name in ("hmc_pos0", "hmc_vel0")]
    found = f(*start, as_floatX(facts["stepsize"]))
    for values, name in zip(found, ("pos", "vel", "H0", "H1"), strict=True):
        assert str(values.dtype) == floatX
        assert_golden(values, arrays[f"hmc_{name}"])


@pytest.fixture
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield


@pytest.mark.parametrize("n_steps", [1, 2, 5])
def test_numpy_loop(rng, quick, n_steps):
    """The way of the tutorial: half a kick, drifts and kicks in turn, half a kick."""
    x, v = pushed(rng, 3, 2)
    found = motion(Banana(), n_steps)(x, v, 0.1)

    def kick(x):
        bent = x[:, 1] - 0.5 * (x[:, 0] ** 2 - 4)
        return -np.stack([x[:, 0] / 4 - bent * x[:, 0], bent], axis=1)

    v = v + 0.05 * kick(x)
    for step in range(n_steps):
        x = x + 0.1 * v
        v = v + (0.05 if step == n_steps - 1 else 0.1) * kick(x)
    np.testing.assert_allclose(found[0], x, rtol=1e-12)
    np.testing.assert_allclose(found[1], v, rtol=1e-12)


def test_the_error_of_the_energy_is_of_second_order(rng, quick):
    """Twice as many steps of half the size: a quarter of the error after the same time."""
    x, v = pushed(rng, 50, 2)
    errors = []
    for halvings in range(3):
        *_, before, after = motion(Banana(), 10 * 2**halvings)(x, v, 0.05 / 2**halvings)
        errors.append(np.abs(after - before).mean())
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.05)


def test_motion_can_be_reversed(rng, quick):
    x, v = pushed(rng, 4, 2)
    f = motion(Banana(), 20)
    there, velocities, *_ = f(x, v, 0.1)
    back, negative, *_ = f(there, -velocities, 0.1)
    assert np.abs(there - x).max() > 1
    np.testing.assert_allclose(back, x, atol=1e-10)
    np.testing.assert_allclose(-negative, v, atol=1e-10)


def test_motion_keeps_volumes(rng, quick):
    """The determinant of the derivatives of where by whence, by central differences."""
    f, h = motion(Banana(), 7), 1e-6
    start = rng.normal(size=4)
    away = h * np.eye(4)
    ends = [
        np.concatenate(f(points[:, :2], points[:, 2:], 0.2)[:2], axis=1)
        for points in (start + away, start - away)
    ]
    assert np.linalg.det((ends[0] - ends[1]) / (2 * h)) == pytest.approx(1, abs=1e-6)


def test_force_and_energies(rng, quick):
    x, v = pushed(rng, 3, 5)
    np.testing.assert_allclose(kinetic_energy(v), (v**2).sum(axis=1) / 2)
    symbol = pt.matrix("x")
    down = function([symbol], force(symbol, kinetic_energy))
    np.testing.assert_allclose(down(x), -x)
