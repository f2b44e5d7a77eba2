"""Boltzmann machines beside Theano's numbers, and small ones beside all their states."""

from itertools import pairwise

import enumeration
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_golden, golden

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.kernels.threefry import uniform
from dltut.machine.rng import next_states
from dltut.models import RBM
from dltut.nn import binary_cross_entropy
from dltut.optim import momentum
from dltut.training import minibatch_function

FAST = {"mode": "FAST_COMPILE"}
VISIBLE = ["binary", "gaussian"]


def tiny(visible="binary", n_hidden=3, seed=7):
    rng = np.random.default_rng(seed)
    n_visible = 4 if visible == "binary" else 2
    biases = {"hbias": rng.normal(size=n_hidden), "vbias": rng.normal(size=n_visible)}
    return RBM(rng, n_visible, n_hidden, W=rng.normal(size=(n_visible, n_hidden)), **biases,
               visible=visible)  # fmt: skip


@pytest.fixture
def double():
    with pytensor.config.change_flags(floatX="float64"):
        yield


def test_golden(floatX, mode):
    arrays, settings = golden()
    rbm = RBM(np.random.RandomState(123), 784, settings["rbm"]["n_hidden"])
    for variable in rbm.params[1:]:
        variable.set_value(arrays[f"rbm_{variable.name}"].astype(floatX))
    x, end, bit = pt.matrix("x"), pt.matrix("end"), pt.lscalar("bit")
    cost = rbm.free_energy(x).mean() - rbm.free_energy(end).mean()
    outputs = [rbm.free_energy(x), rbm.propup(x), rbm.pseudo_likelihood(x, bit)]
    f = function([x, end, bit], [*outputs, *pt.grad(cost, rbm.params)])
    data = np.random.RandomState(0).rand(400, 784)[:20].astype(floatX)
    bits = []
    for i in range(5):
        energy, means, value, W, hbias, vbias = f(data, arrays["rbm_chain_end"].astype(floatX), i)
        bits.append(value)
    assert_golden(energy, arrays["rbm_free_energy"])
    assert_golden(means, arrays["rbm_propup_mean"])
    assert_golden(bits, arrays["rbm_pseudo_likelihood_bits_0_to_4"])
    assert_golden(W[:5], arrays["rbm_grad_W_rows"])
    assert_golden(np.abs(W).sum(), arrays["rbm_grad_W_abs_sum"])
    assert_golden(hbias, arrays["rbm_grad_hbias"])
    assert_golden(vbias, arrays["rbm_grad_vbias"])


@pytest.mark.parametrize("visible", VISIBLE)
def test_energies_are_those_of_all_states(visible, double):
    """C5: the free energy is -log of the sum over all hidden states."""
    rbm = tiny(visible)
    machine = enumeration.machine_of(rbm)
    v, h = enumeration.visible_states(machine)[:50], enumeration.states(3)
    x, y = pt.matrix("x"), pt.matrix("y")
    f = function([x, y], [rbm.energy(x, y), rbm.free_energy(x)], **FAST)
    for k, state in enumerate(h):
        energy, free = f(v, np.tile(state, (len(v), 1)))
        np.testing.assert_allclose(energy, enumeration.energies(machine, v, h)[:, k], rtol=1e-10)
    np.testing.assert_allclose(free, enumeration.free_energies(machine, v), rtol=1e-10)


def test_probabilities_are_those_of_all_states(double):
    rbm = tiny()
    machine = enumeration.machine_of(rbm)
    p, v, h = enumeration.joint(machine), enumeration.states(4), enumeration.states(3)
    x, y = pt.matrix("x"), pt.matrix("y")
    up, down = function([x, y], [rbm.propup(x), rbm.propdown(y)], **FAST)(v, h)
    np.testing.assert_allclose(up, p @ h / p.sum(axis=1)[:, None], rtol=1e-10)
    np.testing.assert_allclose(down, p.T @ v / p.sum(axis=0)[:, None], rtol=1e-10)


def test_gaussian_units_given_the_hidden_ones(double):
    """The joint density, cut at one hidden state, is normal: mean b + W h, variance 1."""
    rbm = tiny("gaussian")
    machine = enumeration.machine_of(rbm)
    p, v, h = enumeration.joint(machine), enumeration.visible_states(machine), enumeration.states(3)
    given = p / p.sum(axis=0)  # (points, 2 ** n_hidden)
    y = pt.matrix("y")
    means = function([y], rbm.propdown(y), **FAST)(h)
    np.testing.assert_allclose(means, given.T @ v, atol=1e-8)
    np.testing.assert_allclose(given.T @ v**2 - (given.T @ v) ** 2, 1, atol=1e-6)
    x = pt.matrix("x")
    up = function([x], rbm.propup(x), **FAST)(v[::1000])
    np.testing.assert_allclose(up, (p @ h / p.sum(axis=1)[:, None])[::1000], rtol=1e-8)


@pytest.mark.parametrize("visible", VISIBLE)
def test_the_gradient_with_the_whole_model_is_the_log_likelihoods(visible, double):
    """Mean F(data) - mean F(states as the model has them), the states held constant."""
    rbm = tiny(visible)
    machine = enumeration.machine_of(rbm)
    everywhere = enumeration.visible_states(machine)
    data = everywhere[:: len(everywhere) // 5]
    p = enumeration.joint(machine).sum(axis=1) * enumeration.cell(machine)
    cost = (
        rbm.free_energy(pt.as_tensor(data)).mean()
        - (p * rbm.free_energy(pt.as_tensor(everywhere))).sum()
    )
    found = function([], pt.grad(cost, rbm.params), **FAST)()
    for one, other in zip(found, enumeration.log_likelihood_gradient(machine, data), strict=True):
        np.testing.assert_allclose(one, -other, rtol=1e-5, atol=1e-8)


@pytest.fixture(scope="module")
def mean_gradients():
    """The exact gradient and, at k = 1 and 20, the mean of CD's over 40,000 chains; flat."""
    with pytensor.config.change_flags(floatX="float64"):
        rbm = tiny(seed=3)
        data = enumeration.states(4)[[3, 12, 5, 14]].astype("float64")
        x = pt.matrix("x")
        gradients = [pt.grad(rbm.cost(x, k), rbm.params) for k in (1, 20)]
        f = function([x], [*gradients[0], *gradients[1]], **FAST)
        found = f(np.tile(data, (10_000, 1)))
        exact = enumeration.log_likelihood_gradient(enumeration.machine_of(rbm), data)
    flat = [
        np.concatenate([each.ravel() for each in part]) for part in (exact, found[:3], found[3:])
    ]
    return flat[0], -flat[1], -flat[2]


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_contrastive_divergence_points_uphill(mean_gradients):
    """C5: on average CD-1 climbs the likelihood, with a bias that further steps take away."""
    exact, one_step, many_steps = mean_gradients
    assert cosine(exact, one_step) > 0.9
    assert np.abs(one_step - exact).max() > 0.04
    np.testing.assert_allclose(many_steps, exact, atol=0.01)


def learning(rbm, data, steps, **options):
    """The number that is watched, of each step on all the data."""
    x = pt.matrix("x")
    value, updates = rbm.cost_updates(x, **options)
    split = shared_dataset((data, np.zeros(len(data))))
    step = minibatch_function(value, [x], split, len(data), updates, **FAST)
    return [float(step(0)) for _ in range(steps)]


@pytest.mark.parametrize("persistent", [False, True])
def test_the_likelihood_of_bits_rises(persistent, double):
    """C5, C6: two patterns out of sixteen; nothing known is 4 ln 2, the optimum ln 2."""
    data = np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 50, axis=0)
    rbm = RBM(np.random.default_rng(2), 4, 3)
    before = enumeration.log_likelihood(enumeration.machine_of(rbm), data)
    chain = rbm.persistent_chain(100) if persistent else None
    watched = learning(rbm, data, 600, learning_rate=0.2, k=1, persistent=chain)
    after = enumeration.log_likelihood(enumeration.machine_of(rbm), data)
    assert before < -2.4 and after > -1
    first, last = np.mean(watched[:8]), np.mean(watched[-8:])
    assert last > first / 2 if persistent else last < first / 2


def test_the_likelihood_of_numbers_rises(double):
    """Two clusters on a diagonal: the best single Gaussian of variance 1 is at the origin."""
    rng = np.random.default_rng(4)
    data = rng.normal(size=(400, 2)) + np.repeat([[2.0, 2.0], [-2.0, -2.0]], 200, axis=0)
    rbm = RBM(rng, 2, 2, visible="gaussian")
    single = -(data**2).sum(axis=1).mean() / 2 - np.log(2 * np.pi)
    before = enumeration.log_likelihood(enumeration.machine_of(rbm), data)
    watched = learning(rbm, data, 500, learning_rate=0.05, k=5, rule=momentum)
    after = enumeration.log_likelihood(enumeration.machine_of(rbm), data)
    assert before < single < after - 1
    assert np.mean(watched[-20:]) < np.mean(watched[:20])


def persistent_step(mode, rbm, n_chains=3, **options):
    x = pt.matrix("x")
    chain = rbm.persistent_chain(n_chains)
    value, updates = rbm.cost_updates(x, 0.1, k=2, persistent=chain, **options)
    split = shared_dataset((enumeration.states(4)[5:11], np.arange(6)))
    return minibatch_function(value, [x], split, 6, updates, mode=mode), chain


def test_the_persistent_chain_goes_on():
    """C6: zeros at first, other samples after each call; as many chains as one likes."""
    rbm = tiny()
    step, chain = persistent_step("FAST_COMPILE", rbm, n_chains=200)
    assert chain.name == "chain" and chain.get_value().shape == (200, 3)
    seen = [np.array(chain.get_value())]
    for _ in range(3):
        step(0)
        seen.append(np.array(chain.get_value()))
    assert not seen[0].any()
    assert all(set(np.unique(each)) == {0, 1} for each in seen[1:])
    assert all((one != other).any() for one, other in pairwise(seen))


def test_the_cost_alone_moves_the_chain(double):
    """One expression, as of other models: a rule of one's own learns from it."""
    steps = []
    for whole in (True, False):
        rbm, x = tiny(), pt.matrix("x")
        chain = rbm.persistent_chain(6)
        if whole:
            _, updates = rbm.cost_updates(x, 0.1, 2, chain, momentum)
        else:
            cost = rbm.cost(x, 2, chain)
            updates = momentum(cost, rbm.params, 0.1)
            assert chain not in updates and next_states([cost])[chain].ndim == 2
        step = function([x], updates=updates, **FAST)
        for _ in range(2):
            step(enumeration.states(4)[5:11].astype("float64"))
        steps.append([each.get_value() for each in (*rbm.params, chain)])
    for one, other in zip(*steps, strict=True):
        np.testing.assert_array_equal(one, other)
    assert steps[0][-1].any()


def test_the_bit_goes_round():
    """C7: all four have their turn, then again; the value is that of the bit before the step."""
    rbm = tiny()
    step, _ = persistent_step("FAST_COMPILE", rbm)
    x, i = pt.matrix("x"), pt.lscalar("i")
    value = function([x, i], rbm.pseudo_likelihood(x, i), **FAST)
    data = enumeration.states(4)[5:11].astype(rbm.W.dtype)
    for number, bit in enumerate((0, 3, 2, 1, 0, 3)):
        assert step.state["bit"].get_value() == number % 4
        expected = value(data, bit)
        np.testing.assert_allclose(step(0), expected, rtol=1e-5)


def numbers(state):
    return {name: np.array(variable.get_value()) for name, variable in state.items()}


@pytest.mark.parametrize(("visible", "width"), [("binary", "float32"), ("gaussian", "float64")])
def test_the_same_seed_gives_the_same_chain_in_every_mode(visible, width):
    ends = []
    for mode in ("FAST_COMPILE", "NUMBA", "JAX"):
        with pytensor.config.change_flags(floatX=width):
            rbm = RBM(np.random.RandomState(11), 4, 3, visible=visible)
            step, _ = persistent_step(mode, rbm, rule=momentum)
        watched = [float(step(0)) for _ in range(4)]
        ends.append(numbers(step.state) | {"watched": watched})
    for other in ends[1:]:
        assert other.keys() == ends[0].keys() and "chain" in other
        np.testing.assert_array_equal(ends[0]["chain"], other["chain"])
        for name, values in ends[0].items():
            np.testing.assert_allclose(other[name], values, rtol=1e-4, atol=1e-5)


def test_everything_that_a_step_changes_is_its_state():
    """Chain, bit and streams put back, the same steps follow bit for bit."""
    with pytensor.config.change_flags(floatX="float32"):  # the function of the test above
        rbm = RBM(np.random.RandomState(11), 4, 3)
        step, _ = persistent_step("NUMBA", rbm, rule=momentum)
    step(0)
    kept = numbers(step.state)
    ends = []
    for _ in range(2):
        for name, values in kept.items():
            step.state[name].set_value(values)
        ends.append(([step(0) for _ in range(5)], numbers(step.state)))
    np.testing.assert_array_equal(ends[0][0], ends[1][0])
    for name, values in ends[0][1].items():
        np.testing.assert_array_equal(values, ends[1][1][name])
    assert {"W", "hbias", "vbias", "chain", "bit"} < kept.keys()


def test_a_chain_is_its_steps(double):
    """The compiled loop beside single readable steps that are given the same uniform numbers."""
    rbm = tiny()
    h = enumeration.states(3).astype("float64")
    chain = function([], rbm.chain(pt.as_tensor(h), 3), **FAST)()
    start = pt.matrix("h")
    step = function([start], rbm.gibbs_hvh(start), **FAST)
    of_chain, of_v, of_h = rbm.streams.states
    for i in range(3):
        of_v.set_value(np.array([rbm.streams.seed, 0, 2 * i], "uint32"))
        of_h.set_value(np.array([rbm.streams.seed, 0, 2 * i + 1], "uint32"))
        v_scores, v, h = step(h)
    assert of_chain.get_value().tolist() == [rbm.streams.seed, 0, 6]
    for one, other in zip(chain, (v_scores, v, h), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_steps_from_visible_states(double):
    """Hidden states are drawn first; the draws are below the probabilities."""
    rbm = tiny()
    v = enumeration.states(4).astype("float64")
    x = pt.matrix("x")
    state = function([x], rbm.gibbs_vhv(x), **FAST)
    seed = rbm.streams.seed
    v_scores, end, h = state(v)
    W, hbias, vbias = (each.get_value() for each in rbm.params)
    first, second = (
        uniform(np.array([seed, n, 0], "uint32"), shape, "float64")
        for n, shape in enumerate([(16, 3), (16, 4)])
    )
    np.testing.assert_array_equal(h, first < 1 / (1 + np.exp(-(v @ W + hbias))))
    np.testing.assert_allclose(v_scores, h @ W.T + vbias)
    np.testing.assert_array_equal(end, second < 1 / (1 + np.exp(-v_scores)))


def test_samples_of_gaussian_units(double):
    rbm = tiny("gaussian")
    h = np.tile([[1.0, 0, 1]], (20_000, 1))
    draw, mean = function([], [rbm.sample_v_given_h(h), rbm.propdown(h)], **FAST)()
    np.testing.assert_allclose(draw.mean(axis=0), mean[0], atol=0.03)
    np.testing.assert_allclose(np.cov(draw.T), np.eye(2), atol=0.05)


def test_what_is_watched(double):
    """CD: the reconstruction from the chain's end; PCD of Gaussian units: from the hidden means."""
    x = enumeration.states(4).astype("float64")
    rbm, ends = tiny(), []
    chain = rbm.chain
    rbm.chain = lambda *start: ends.append(chain(*start)) or ends[0]
    watched, _ = rbm.cost_updates(pt.as_tensor(x), 0.1, k=2)
    wanted = binary_cross_entropy(ends[0].v_scores, pt.as_tensor(x))
    np.testing.assert_allclose(*function([], [watched, wanted], **FAST)())

    rbm, x = tiny("gaussian"), x[:, :2]
    watched, updates = rbm.cost_updates(pt.as_tensor(x), 0.1, persistent=rbm.persistent_chain(5))
    W, hbias, vbias = (each.get_value() for each in rbm.params)
    means = 1 / (1 + np.exp(-(x @ W + hbias))) @ W.T + vbias
    expected = ((means - x) ** 2).sum(axis=1).mean()
    np.testing.assert_allclose(function([], watched, **FAST)(), expected)
    assert "bit" not in [each.name for each in updates]


def test_parameters_and_their_generator():
    """The seed of the streams is drawn first, as the tutorials do, unless there are streams."""
    first, expected = RBM(np.random.RandomState(3), 6, 5), np.random.RandomState(3)
    assert first.streams.seed == expected.randint(2**30)
    bound = 4 * np.sqrt(6 / 11)
    W = expected.uniform(-bound, bound, (6, 5))
    np.testing.assert_allclose(first.W.get_value(), W, rtol=1e-6)
    assert [each.name for each in first.params] == ["W", "hbias", "vbias"]
    assert first.weights == [first.W]
    assert not first.hbias.get_value().any() and not first.vbias.get_value().any()

    rs = np.random.RandomState(3)
    rs.randint(2**30)
    other = RBM(rs, 6, 5, hbias=first.hbias, streams=first.streams, name="rbm0")
    np.testing.assert_array_equal(other.W.get_value(), first.W.get_value())
    assert other.hbias is first.hbias and other.streams is first.streams
    assert [each.name for each in other.params] == ["rbm0.W", "hbias", "rbm0.vbias"]
    assert other.persistent_chain(2).name == "rbm0.chain"


def test_features_are_the_hidden_probabilities(double):
    rbm, x = tiny(), enumeration.states(4).astype("float64")
    found = function([], [rbm(x), rbm(x, train=True), rbm.propup(x)], **FAST)()
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[2])


def test_refusals(rng):
    with pytest.raises(InputError, match=r"^there is no kind of visible units 'gausian': did"):
        RBM(rng, 4, 3, visible="gausian")
    for k in (0, 1.5):
        with pytest.raises(InputError, match=rf"^n_steps is {k}; it counts Gibbs steps: a whole n"):
            RBM(rng, 4, 3).cost(pt.matrix("x"), k)
