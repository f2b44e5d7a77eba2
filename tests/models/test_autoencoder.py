"""Autoencoders beside Theano's numbers, NumPy, and the Jacobian by automatic derivation."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_golden, golden

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.exceptions import InputError
from dltut.machine.rng import Streams
from dltut.models import Autoencoder, cA, dA
from dltut.optim import adam
from dltut.training import minibatch_function


def golden_split():
    rs = np.random.RandomState(0)
    return shared_dataset((rs.rand(400, 784), rs.randint(0, 10, 400)))


def total(variable):
    return np.asarray(variable.get_value(), dtype="float64").sum()


def test_denoising_steps_are_theanos(floatX, mode):
    arrays, settings = golden()
    facts, x = settings["dA"], pt.matrix("x")
    model = dA(np.random.RandomState(123), 784, facts["n_hidden"])
    cost, updates = model.cost_updates(x, facts["learning_rate"], facts["corruption"])
    step = minibatch_function(cost, [x], golden_split(), facts["batch_size"], updates)
    costs = [float(step(i % step.n_batches)) for i in range(facts["steps"])]
    assert_golden(costs, arrays["dA_cost"])
    assert_golden(np.asarray(model.bhid.get_value()), arrays["dA_final_bhid"])
    assert_golden(total(model.bvis), arrays["dA_final_bvis_sum"])
    weights = np.abs(np.asarray(model.W.get_value(), dtype="float64")).sum()
    assert_golden(weights, arrays["dA_final_W_abs_sum"])


def test_contractive_steps_are_theanos_with_a_true_division(floatX, mode):
    arrays, settings = golden()
    facts, x = settings["cA"], pt.matrix("x")
    model = cA(np.random.RandomState(123), 784, facts["n_hidden"])
    _, updates = model.cost_updates(x, facts["learning_rate"], facts["contraction_level"])
    outputs = [model.reconstruction_cost(x, model.hidden(x)), model.penalty(x)]
    step = minibatch_function(outputs, [x], golden_split(), facts["batch_size"], updates)
    costs = np.array([step(i % step.n_batches) for i in range(facts["steps"])], dtype="float64")
    assert_golden(costs[:, 0], arrays["cA_reconstruction"])
    assert_golden(costs[:, 1], arrays["cA_penalty"])


def digits_like(n=5):
    """Numbers in [0, 1] of the present width."""
    return np.random.RandomState(5).rand(n, 12).astype(pytensor.config.floatX)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def evaluated(outputs, x, values):
    return function([x], outputs, mode="FAST_COMPILE")(values)


def parameters(model):
    return [np.asarray(each.get_value(), dtype="float64") for each in model.params]


def test_the_parts_are_the_formulas(floatX):
    rng, x = np.random.RandomState(1), pt.matrix("x")
    model = Autoencoder(rng, 12, 7, bhid=rng.randn(7), bvis=rng.randn(12))
    W, bhid, bvis = parameters(model)
    values = digits_like()
    h = model(x)
    outputs = [h, model.scores(h), model.reconstruction(h), model.cost(x)]
    hidden, scores, z, cost = evaluated(outputs, x, values)
    wanted = sigmoid(values @ W + bhid)
    tight = {"rtol": 1e-4 if floatX == "float32" else 1e-12}
    np.testing.assert_allclose(hidden, wanted, **tight)
    np.testing.assert_allclose(scores, wanted @ W.T + bvis, **tight)
    wanted = sigmoid(wanted @ W.T + bvis)
    np.testing.assert_allclose(z, wanted, **tight)
    entropy = -(values * np.log(wanted) + (1 - values) * np.log(1 - wanted)).sum(axis=1).mean()
    np.testing.assert_allclose(cost, entropy, **tight)
    assert hidden.dtype == z.dtype == cost.dtype == floatX


def test_untied_weights_are_learned_apart():
    model = Autoencoder(np.random.RandomState(1), 12, 7, tied=False, decoder="linear")
    assert [each.name for each in model.params] == ["W", "bhid", "bvis", "W_prime"]
    assert model.weights == [model.W, model.W_prime]
    assert model.W_prime.get_value().shape == (7, 12)
    # a sigmoid's weights are drawn four times as wide as a linear unit's
    assert np.abs(model.W.get_value()).max() > 2 * np.abs(model.W_prime.get_value()).max()


def test_a_linear_decoder_is_judged_by_squared_error():
    x, values = pt.matrix("x"), digits_like()
    model = Autoencoder(np.random.RandomState(1), 12, 7, decoder="linear")
    z, cost = evaluated([model.reconstruction(model(x)), model.cost(x)], x, values)
    np.testing.assert_allclose(cost, ((z - values) ** 2).sum(axis=1).mean(), rtol=1e-5)


def test_squared_error_falls_by_more_than_five_times():
    """C2: untied, linear decoder, ten epochs of a few hundred inputs with five directions."""
    rng, x = np.random.RandomState(2), pt.matrix("x")
    values = rng.randn(400, 5) @ rng.randn(5, 30) / 4
    split = shared_dataset((values, np.zeros(400, "int64")))
    model = Autoencoder(rng, 30, 15, tied=False, encoder="tanh", decoder="linear")
    cost, updates = model.cost_updates(x, 0.05)
    step = minibatch_function(cost, [x], split, 20, updates, mode="FAST_COMPILE")
    first, *_, last = (np.mean([step(i) for i in range(20)]) for _ in range(10))
    assert last < first / 5


def test_the_seed_of_the_noise_is_drawn_before_the_weights():
    """As in the tutorials, whose weights come out; a stream that is given saves the draw."""
    own, given = np.random.RandomState(123), np.random.RandomState(123)
    own.randint(2**30)
    streams = Streams(7)
    model = dA(given, 12, 7)
    np.testing.assert_array_equal(model.W.get_value(), Autoencoder(own, 12, 7).W.get_value())
    model = dA(np.random.RandomState(123), 12, 7, streams=streams)
    wanted = cA(np.random.RandomState(123), 12, 7).W.get_value()
    np.testing.assert_array_equal(model.W.get_value(), wanted)
    assert model.streams is streams


def test_noise_is_in_the_input_and_not_in_what_is_asked_for():
    """C1: the cost compares with the clean x."""
    x, values = pt.matrix("x"), digits_like(200)
    model = dA(np.random.RandomState(1), 12, 7)
    noisy = model.corrupted(x, 0.5)
    seen, cost = evaluated([noisy, model.reconstruction_cost(x, model(noisy))], x, values)
    assert 0.4 < (seen == 0).mean() < 0.6
    W, bhid, bvis = parameters(model)
    a = sigmoid(seen @ W + bhid) @ W.T + bvis
    clean = (np.logaddexp(0, a) - values * a).sum(axis=1).mean()
    np.testing.assert_allclose(cost, clean, rtol=1e-5)


def test_the_cost_without_noise_is_the_plain_one():
    x, values = pt.matrix("x"), digits_like()
    model = dA(np.random.RandomState(1), 12, 7)
    plain, quiet, noisy = (Autoencoder.cost(model, x), model.cost(x, 0.0), model.cost(x))
    f = function([x], [plain, quiet, noisy], mode="FAST_COMPILE")
    first, second = f(values), f(values)
    assert first[0] == first[1] == second[1]
    assert first[2] != second[2]


def test_the_cost_falls_from_epoch_to_epoch():
    """C1, on a part of MNIST."""
    x, model = pt.matrix("x"), dA(np.random.RandomState(123), 784, 50)
    cost, updates = model.cost_updates(x, 0.1)
    step = minibatch_function(cost, [x], shared_dataset(load("digits").train[:1000]), 20, updates)
    costs = [np.mean([step(index) for index in range(50)]) for _ in range(4)]
    assert costs[0] > costs[1] > costs[2] > costs[3] and costs[0] > 1.4 * costs[3]


def test_weights_are_shared_by_passing_them():
    first = dA(np.random.RandomState(1), 12, 7, name="layer0")
    second = dA(np.random.RandomState(2), 12, 7, W=first.W, bhid=first.bhid, name="other")
    assert second.W is first.W and second.bhid is first.bhid and second.bvis is not first.bvis
    assert [each.name for each in second.params] == ["layer0.W", "layer0.bhid", "other.bvis"]


@pytest.mark.parametrize("encoder", ["sigmoid", "tanh", "softplus", "linear"])
def test_the_penalty_is_the_norm_of_the_jacobian(encoder):
    """C3: the closed form beside the Jacobian of each row, derivative by derivative."""
    with pytensor.config.change_flags(floatX="float64"):
        rng, x, values = np.random.RandomState(3), pt.matrix("x"), digits_like()
        model = cA(rng, 12, 7, bhid=rng.randn(7), encoder=encoder)
        row = pt.vector("row")
        jacobian = pytensor.gradient.jacobian(model.hidden(row[None, :])[0], row)
        f = function([row], jacobian, mode="FAST_COMPILE")
        wanted = np.mean([(f(each) ** 2).sum() for each in values])
        np.testing.assert_allclose(evaluated(model.penalty(x), x, values), wanted, rtol=1e-12)


def test_the_penalty_has_a_gradient():
    """C3: beside central differences, for the weights and the biases that it depends on."""
    with pytensor.config.change_flags(floatX="float64"):
        rng, x, values = np.random.RandomState(3), pt.matrix("x"), digits_like()
        model = cA(rng, 12, 7, bhid=rng.randn(7))
        penalty = function([x], model.penalty(x), mode="FAST_COMPILE")
        found = evaluated(pt.grad(model.penalty(x), [model.W, model.bhid]), x, values)
        for variable, gradient in zip((model.W, model.bhid), found, strict=True):
            assert (np.abs(gradient) > 1e-6).all()
            kept = variable.get_value()
            for at in [(0,) * kept.ndim, (-1,) * kept.ndim]:
                ends = []
                for change in (1e-6, -1e-6):
                    moved = kept.copy()
                    moved[at] += change
                    variable.set_value(moved)
                    ends.append(penalty(values))
                variable.set_value(kept)
                np.testing.assert_allclose(gradient[at], (ends[0] - ends[1]) / 2e-6, rtol=1e-5)


def test_a_higher_level_contracts_more():
    """C3: after the same steps from the same weights, the norm is smaller."""
    x, values = pt.matrix("x"), digits_like(40)
    split = shared_dataset((values, np.zeros(40, "int64")))
    norms = []
    for level in (0.0, 0.3, 3.0):
        model = cA(np.random.RandomState(3), 12, 7)
        _, updates = model.cost_updates(x, 0.1, contraction_level=level)
        step = minibatch_function(model.penalty(x), [x], split, 10, updates, mode="FAST_COMPILE")
        for index in range(80):
            step(index % 4)
        norms.append(float(step.mean()))
    assert norms[0] > 1.5 * norms[1] > 3 * norms[2]


def test_another_rule_learns():
    x = pt.matrix("x")
    model = dA(np.random.RandomState(3), 12, 7)
    _, updates = model.cost_updates(x, 0.01, corruption_level=0.3, rule=adam)
    assert set(model.params) < set(updates) and len(updates) > 2 * len(model.params)


def test_what_does_not_fit_is_refused():
    rng = np.random.RandomState(3)
    with pytest.raises(InputError, match=r"^tied weights leave no choice of W_prime: give tied=F"):
        Autoencoder(rng, 12, 7, W_prime=np.zeros((7, 12)))
    with pytest.raises(InputError, match=r"^W has shape \(7, 12\); this layer needs \(12, 7\)$"):
        Autoencoder(rng, 12, 7, W=np.zeros((7, 12)))
    with pytest.raises(InputError, match=r"^there is no corruption 'salt_peper': did you mean"):
        dA(rng, 12, 7, corruption="salt_peper")
    for level in (-0.1, np.nan, np.inf):
        with pytest.raises(InputError, match=r"^contraction_level is .*; it is 0 or above$"):
            cA(rng, 12, 7).cost(pt.matrix("x"), level)
    with pytest.raises(InputError, match=r"^there is no activation 'sigmod': did you mean sigmoid"):
        cA(rng, 12, 7, encoder="sigmod")
