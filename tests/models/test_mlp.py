"""The multilayer perceptron: its parameters, its dropout, and what one line cannot separate."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.models import MLP
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function


def with_scores(model, rng):
    """The model with an output layer that is not 0."""
    W = model.weights[-1]
    W.set_value(rng.normal(size=W.get_value().shape).astype(W.dtype))
    return model


def n_parameters(model):
    return sum(each.get_value().size for each in model.params)


def test_parameters(floatX):
    model = MLP(np.random.RandomState(1234), 784, 500, 10)
    assert n_parameters(model) == 397_510
    assert [each.name for each in model.params] == [
        "hidden0.W",
        "hidden0.b",
        "output.W",
        "output.b",
    ]
    assert model.weights == [model.params[0], model.params[2]]
    deep = MLP(np.random.RandomState(1234), 784, (500, np.int64(30)), 10)
    assert [each.get_value().shape for each in deep.weights] == [(784, 500), (500, 30), (30, 10)]
    np.testing.assert_array_equal(deep.params[0].get_value(), model.params[0].get_value())
    assert n_parameters(MLP(np.random.default_rng(0), 4, np.int64(3), 2)) == 4 * 3 + 3 + 3 * 2 + 2


def test_scores_are_numpys(rng):
    model, x = MLP(rng, 4, (5, 3), 2, activation="softplus"), rng.normal(size=(6, 4))
    found = function([], model(pt.as_tensor(x)), mode="FAST_COMPILE")()
    W0, b0, W1, b1, W, b = (each.get_value() for each in model.params)
    hidden = np.logaddexp(0, np.logaddexp(0, x @ W0 + b0) @ W1 + b1)
    np.testing.assert_allclose(found, hidden @ W + b, rtol=1e-5)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_exclusive_or_is_learned(activation):
    """The four points that no single layer separates (B5)."""
    x, y = pt.matrix("x"), pt.ivector("y")
    split = shared_dataset((np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), [0, 1, 1, 0]))
    model = MLP(np.random.RandomState(1), 2, 8, 2, activation)
    cost = negative_log_likelihood(model(x), y)
    updates, outputs = sgd(cost, model.params, 1.0), [cost, errors(model(x), y)]
    step = minibatch_function(outputs, [x, y], split, 4, updates, mode="FAST_COMPILE")
    for _ in range(1500):
        cost, rate = step(0)
    assert rate == 0 and cost < 0.05


def test_dropout_acts_while_training_only(rng):
    """One number spares the pixels; one for each layer may drop them too (B10)."""
    x = pt.ones((300, 50))
    for dropout, drops_pixels in ((0.5, False), ((0.2, 0.5), True)):
        model = with_scores(MLP(rng, 50, 40, 3, activation=None, dropout=dropout), rng)
        quiet, again, noisy, other = function(
            [],
            [model(x), model(x), model(x, train=True), model(x, train=True)],
            mode="FAST_COMPILE",
        )()
        np.testing.assert_array_equal(quiet, again)
        assert (noisy != other).any()
        thin = model.dropouts[0](x, train=True)
        assert (thin is not x) == drops_pixels
        # A network without bends: the mean over masks is what it says without them.
        for unit in range(3):
            spread = noisy[:, unit].std() / np.sqrt(300)
            assert abs(noisy[:, unit].mean() - quiet[0, unit]) < 4 * spread


def test_the_same_seed_gives_the_same_masks():
    def scores(seed):
        rs = np.random.RandomState(seed)
        model = with_scores(MLP(rs, 4, 3, 2, dropout=0.5), np.random.RandomState(0))
        return function([], model(pt.ones((5, 4)), train=True), mode="FAST_COMPILE")()

    draws = [scores(seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()


def test_without_dropout_nothing_is_drawn_for_it():
    plain, thinned = (MLP(np.random.RandomState(7), 4, 3, 2, dropout=p) for p in (0.0, 0.5))
    np.testing.assert_array_equal(plain.params[0].get_value(), thinned.params[0].get_value())
    rs = np.random.RandomState(7)
    MLP(rs, 4, 3, 2)
    expected = np.random.RandomState(7)
    expected.uniform(size=(4, 3))
    assert rs.randint(2**30) == expected.randint(2**30)


def test_refusals(rng):
    with pytest.raises(InputError, match=r"^3 dropout probabilities for 2 layers: give one each"):
        MLP(rng, 4, 3, 2, dropout=(0.1, 0.2, 0.3))
    with pytest.raises(InputError, match=r"^the dropout probability is 1.0; it is at least 0"):
        MLP(rng, 4, 3, 2, dropout=1.0)
    with pytest.raises(InputError, match=r"^there is no activation 'rely': did you mean relu"):
        MLP(rng, 4, 3, 2, activation="rely")
