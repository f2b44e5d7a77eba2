"""The sampler: right distributions, one sequence of draws in every mode, and going on with it."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.stats import kstest, norm

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.threefry import uniform
from dltut.machine.rng import Streams
from dltut.machine.serialize import named_values, read_arrays, set_named_values, write_arrays
from dltut.samplers import HMC, Gaussian, Mixture, accept

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


def tutorial_gaussian(dim=5):
    """The distribution of the tutorial's test, and its other settings."""
    rng = np.random.RandomState(123)
    mean, covariance = rng.rand(dim) * 10, rng.rand(dim, dim)
    covariance = (covariance + covariance.T) / 2
    np.fill_diagonal(covariance, 1)
    return Gaussian(mean, covariance)


def sampler(**settings):
    start = np.random.RandomState(0).normal(size=(3, 5))
    return HMC(
        start, tutorial_gaussian(), **{"stepsize_max": 0.5, "initial_stepsize": 1e-3} | settings
    )


def acceptance(samples):
    """The share of the draws that are another place than the draw before."""
    return (samples[1:] != samples[:-1]).any(axis=-1).mean()


def test_the_tutorial_s_gaussian(mode):
    hmc = sampler()
    hmc.sample(1000)
    samples = hmc.sample(4000)
    assert samples.shape == (4000, 3, 5)
    every, wanted = samples.reshape(-1, 5), hmc.energy
    np.testing.assert_allclose(every.mean(axis=0), wanted.mean, atol=0.1)
    np.testing.assert_allclose(np.cov(every.T), wanted.covariance, atol=0.15)
    assert acceptance(samples) == pytest.approx(0.9, abs=0.1)
    assert hmc.average_acceptance.get_value() == pytest.approx(0.9, abs=0.1)
    assert 0.1 < hmc.stepsize.get_value() <= 0.5
    np.testing.assert_array_equal(hmc.positions.get_value(), samples[-1])


def test_the_same_draws_in_every_mode():
    draws = {}
    for backend in BACKENDS:
        with pytensor.config.change_flags(mode=backend, floatX="float64"):
            hmc = sampler(initial_stepsize=0.2)
            draws[backend] = hmc.sample(40)
            assert 0 < acceptance(draws[backend]) < 1
            assert draws[backend].flags.writeable
    np.testing.assert_allclose(draws["NUMBA"], draws["FAST_COMPILE"], rtol=1e-9)
    np.testing.assert_allclose(draws["JAX"], draws["FAST_COMPILE"], rtol=1e-9)


def test_draws_one_by_one():
    """Are those of one loop, bit for bit."""
    with pytensor.config.change_flags(mode="NUMBA", floatX="float32"):
        together, alone = sampler(initial_stepsize=0.2), sampler(initial_stepsize=0.2)
    one_by_one = np.concatenate([alone.sample(1) for _ in range(9)])
    np.testing.assert_array_equal(together.sample(9), one_by_one)


@pytest.fixture
def quick():
    """Without a compiler: few draws of few steps."""
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield


def spring(x):
    return (x**2).sum(axis=1) / 2


@pytest.mark.parametrize(("n_steps", "stepsize"), [(1, 1.4), (3, 1.2)])
def test_what_is_right_stays_right(quick, n_steps, stepsize):
    """Draws of the density, moved with steps so long that a quarter is refused, are still that."""
    start = np.random.RandomState(1).normal(size=(5000, 2))
    hmc = HMC(start, spring, n_steps=n_steps, initial_stepsize=stepsize, stepsize_max=2)
    samples = hmc.sample(5, adapt=False)
    assert 0.5 < acceptance(samples) < 0.95
    assert hmc.stepsize.get_value() == stepsize
    assert kstest(samples[-1].ravel(), "norm").pvalue > 0.01


def test_several_hills():
    """The share of draws between the centres, where a Gaussian of equal moments has more."""
    mixture = Mixture([[-1.5], [1.5]], 0.6)
    with pytensor.config.change_flags(mode="JAX"):  # which compiles it soonest
        hmc = HMC(np.zeros((400, 1)), mixture, n_steps=8)
    hmc.sample(300)
    samples = hmc.sample(1000)
    assert samples.mean() == pytest.approx(0, abs=0.05)
    assert samples.var() == pytest.approx(1.5**2 + 0.6**2, rel=0.02)
    between = norm.cdf(0.5, 1.5, 0.6) - norm.cdf(-0.5, 1.5, 0.6)
    assert (np.abs(samples) < 0.5).mean() == pytest.approx(between, rel=0.05)


def test_the_rule_of_the_stepsize(quick):
    """Step size and average of each draw follow from whether the chains moved."""
    hmc = HMC(np.zeros((4, 2)), spring, n_steps=2, initial_stepsize=1.5, stepsize_max=2)
    stepsize, average, before = 1.5, 0.9, np.zeros((4, 2))
    for _ in range(10):
        after = hmc.draw()
        moved = (after != before).any(axis=1).mean()
        stepsize = np.clip(stepsize * (1.02 if average > 0.9 else 0.98), 0.001, 2)
        average = 0.9 * average + 0.1 * moved
        assert hmc.stepsize.get_value() == pytest.approx(stepsize)
        assert hmc.average_acceptance.get_value() == pytest.approx(average)
        before = after


def test_saved_chains_go_on_as_if_nothing_had_been(quick, tmp_path):
    def chains(seed=12345):
        return HMC(np.ones((2, 2)), spring, seed=seed, n_steps=3)

    whole = chains().sample(9)
    first, second = chains(), chains()
    parts = [first.sample(4)]
    write_arrays(tmp_path / "chains.safetensors", named_values(first.state))
    set_named_values(second.state, read_arrays(tmp_path / "chains.safetensors")[0])
    parts += [second.sample(4), second.draw()[None]]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert (chains(seed=1).sample(9) != whole).any(axis=(1, 2)).all()


def test_positions_that_are_shared(quick):
    """They are moved in place, and other variables of the energy may change between calls."""
    positions, centre = pytensor.shared(np.zeros((2, 1))), pytensor.shared(0.0)
    hmc = HMC(positions, lambda x: 50 * ((x - centre) ** 2).sum(axis=1), streams=Streams(3))
    assert hmc.positions is positions and positions.name == "positions"
    assert [each.name for each in hmc.state[:3]] == ["positions", "stepsize", "average_acceptance"]
    assert np.abs(hmc.sample(20)).max() < 1
    centre.set_value(10.0)
    hmc.sample(100)
    np.testing.assert_allclose(positions.get_value(), 10, atol=1)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_the_positions_have_the_width(floatX, width):
    """Of all that is drawn, whatever floatX is, and that of constants in the energy."""
    positions, centre = pytensor.shared(np.zeros((2, 2), dtype=width)), np.array([1.0, 2.0])
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        hmc = HMC(positions, lambda x: ((x - centre) ** 2).sum(axis=1) / 2, n_steps=2)
        assert hmc.sample(2).dtype == width
    assert [str(each.get_value().dtype) for each in hmc.state[:3]] == 3 * [width]


def test_acceptance():
    """A fall always; a rise as often as exp(-rise); what is not finite never."""
    before, after = pt.dvectors("before", "after")
    choice = function([before, after], accept(Streams(9), before, after), mode="FAST_COMPILE")
    rise = np.array([-1000, -1, 0, np.inf, np.nan] + 1000 * [0.5])
    found = choice(np.zeros(1005), rise)
    assert found[:5].tolist() == [True, True, True, False, False]
    state = np.array([9, 0, 0], dtype="uint32")
    np.testing.assert_array_equal(found[5:], uniform(state, (1005,), "float64")[5:] < np.exp(-0.5))


def expect(message, positions=((0.0, 0.0),) * 3, energy=spring, **settings):
    with pytest.raises(InputError) as error:
        HMC(positions, energy, **settings)
    assert message in str(error.value)


def test_what_is_refused(quick):
    expect("n_steps is 0: a draw takes 1, 2, 3 ... leapfrog steps", n_steps=0)
    expect("n_steps is 2.5: a draw takes", n_steps=2.5)
    expect("stepsize_min = 0.3, initial_stepsize = 0.01 and stepsize_max = 0.25", stepsize_min=0.3)
    expect("chain 1 starts at [ 0. nan]: start where", positions=[[0, 0], [0, np.nan]])
    expect("the positions have shape (3,) and type float64: give a row", positions=[1, 2, 3])
    expect("have shape (2, 2) and type int64", positions=pytensor.shared(np.eye(2, dtype=int)))
    expect("the positions are the expression x: pass an array", positions=pt.matrix("x"))
    with pytest.raises(InputError, match="0 draws are asked for: 1 or more can be made"):
        HMC([[0.0]], spring).sample(0)


def test_energies_that_are_refused(quick):
    expect("the energy has shape (); 3 chains need (3,), one number", energy=lambda x: (x**2).sum())
    expect("the energy has shape (2,); 3 chains", energy=lambda x: (x**2).sum(axis=0))
    expect("the energy has shape (6,)", energy=lambda x: x.ravel()[(x > -1).ravel().nonzero()])
    expect("the energy of chain 0 is inf at its start", energy=lambda x: (1 / x).sum(axis=1))
    expect(
        "chain 0 is nan at its start: start where it", energy=lambda x: pt.log(x - 1).sum(axis=1)
    )
    expect(
        "moving chain 0 changes the energy of another", ((0.0, 0.0),) * 2, lambda x: x.sum(axis=0)
    )
    expect("does not depend on the positions", energy=lambda x: pt.zeros(3))
    noise = Streams(1)
    expect("draws random numbers", energy=lambda x: spring(x) * noise.uniform(x[:, 0]))
