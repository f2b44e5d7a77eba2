"""Which updates become one rule, and that they then mean what they meant before."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal, shared

from dltut import optim
from dltut.models import MLP
from dltut.nn import l1, l2, negative_log_likelihood

x, g = pt.dmatrices("x", "g")
X, G = normal(7, 3), normal(7, 4)
RULES = "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "amsgrad", "adamax"


@pytest.fixture(scope="module")
def network():
    """Two layers and labels, and what trains them."""
    y = pt.ivector("y")
    model = MLP(np.random.RandomState(1), 3, 5, 4)
    cost = negative_log_likelihood(model(x), y)
    cost = cost + 0.01 * l2(model.weights) + 0.02 * l1(model.weights)
    return [x, y], model, cost, [X, np.array([0, 3, 1, 2, 2, 0, 1], "int32")]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule(network, rule):
    """One operation a parameter, in place; the gradients of matrices are never stored."""
    inputs, model, cost, arguments = network
    rate = pytensor.shared(0.1, name="rate")
    both = Pair(inputs, cost, getattr(optim, rule)(cost, model.params, rate))
    rules = [node.op for node in both.nodes if type(node.op).__name__ == "Rule"]
    assert [op.inplace for op in rules] == [True] * 4
    assert sorted(op.products for op in rules) == [0, 0, 1, 1]
    assert [op.squares for op in rules if op.products] != [(), ()]
    assert not {"Step", "DenseUpdate", "SumOfSquares"} & {*both.operations}
    assert both.operations.count("MatrixProduct") == 1  # what goes back to the hidden layer
    both.assert_same(*arguments, steps=3, rtol=1e-9)


def theano_adam(cost, params, rate=0.01):
    """Written as it was for Theano: corrected averages, lists of pairs, a counter of floats."""
    i = pytensor.shared(np.float64(0), name="i")
    updates, t = [], i + 1.0
    for p, grad in zip(params, pytensor.grad(cost, params), strict=True):
        m, v = (pytensor.shared(p.get_value() * 0.0) for _ in range(2))
        m_t = 0.1 * grad + (1.0 - 0.1) * m
        v_t = 0.001 * pt.sqr(grad) + 0.999 * v
        step = rate * (m_t / (1.0 - 0.9**t)) / (pt.sqrt(v_t / (1.0 - 0.999**t)) + 1e-8)
        updates += [(m, m_t), (v, v_t), (p, p - step)]
    return dict([*updates, (i, t)])


def old_momentum(cost, params, rate=0.1):
    """The step of the velocity before it is changed, and a decay of the weights beside it."""
    updates = {}
    for p, grad in zip(params, pytensor.grad(cost, params), strict=True):
        v = pytensor.shared(p.get_value() * 0)
        updates[p] = p + 0.9 * v - rate * grad - rate * 0.01 * p
        updates[v] = 0.9 * v - rate * grad
    return updates


def averaged(cost, params):
    """Descent, and a mean of all parameters on the way."""
    updates = optim.sgd(cost, params, 0.1)
    for p in params:
        mean = pytensor.shared(p.get_value())
        updates[mean] = 0.99 * mean + 0.01 * updates[p]
    return updates


def resilient(cost, params):
    """Steps by signs alone, which grow and shrink."""
    updates = {}
    for p, grad in zip(params, pytensor.grad(cost, params), strict=True):
        before, size = pytensor.shared(p.get_value() * 0), pytensor.shared(p.get_value() * 0 + 0.1)
        agreed = before * grad
        scale = pt.switch(agreed > 0, 1.2, pt.switch(agreed < 0, 0.5, 1.0))
        new_size = pt.clip(size * scale, 1e-6, 50)
        kept = pt.switch(agreed < 0, 0.0, grad)
        updates |= {p: p - new_size * pt.sign(kept), before: kept, size: new_size}
    return updates


@pytest.mark.parametrize("rule", [theano_adam, old_momentum, averaged, resilient])
def test_rules_by_hand(network, rule):
    inputs, model, cost, arguments = network
    both = Pair(inputs, cost, rule(cost, model.params))
    assert both.operations.count("Rule") == 4
    both.assert_same(*arguments, steps=3, rtol=1e-9)


def test_descent_with_a_penalty_of_sizes():
    """One update that is no descent: the gradient is a product all the same."""
    W = shared("W", 3, 4)
    both = Pair([x, g], [], {W: W - 0.1 * (x.T @ g + 0.5 * pt.sign(W))})
    assert both.node("Rule").op.products == 1
    both.assert_same(X, G)


def test_tied_weights():
    """Two products go into one rule."""
    W = shared("W", 3, 4)
    cost = ((pt.tanh(x @ W) @ W.T - x) ** 2).sum()
    both = Pair([x], cost, optim.adam(cost, [W]))
    assert both.node("Rule").op.products == 2
    both.assert_same(X, rtol=1e-9)


def test_a_gradient_that_others_need():
    """Its norm, by which it is shortened: it is stored, and still a part of one pass."""
    W = shared("W", 3, 4)
    cost = (pt.tanh(x @ W) ** 2).sum()
    gradients = optim.clip_gradient_norm([pytensor.grad(cost, W)], 0.5)
    both = Pair([x], cost, optim.rmsprop(gradients, [W], 0.1))
    assert both.node("Rule").op.products == 0
    both.assert_same(X, rtol=1e-9)


def test_a_limit_of_the_next_weights():
    """A norm of what the rule makes, which the next value needs: they cannot be one pass."""
    W = shared("W", 3, 4)
    cost = (pt.tanh(x @ W) ** 2).sum()
    updates = optim.max_norm(optim.momentum(cost, [W], 0.1), [W], 1.0)
    Pair([x], cost, updates).assert_same(X, rtol=1e-9)
    v = shared("v", 3, 4)
    following = 0.9 * v - 0.1 * (x.T @ g)
    Pair([x, g], [], {v: following, W: W + following / following.sum()}).assert_same(X, G)


def test_states_that_others_need():
    """Old states in outputs, next values in outputs, and one value for two variables."""
    W, v, u = shared("W", 3, 4), shared("v", 3, 4), shared("u", 3, 4)
    following = 0.5 * v - x.T @ g
    updates = {v: following, W: W + following, u: following}
    Pair([x, g], [W, 2 * v, following], updates).assert_same(X, G, steps=3)


def test_states_of_each_other():
    """Two variables change places, with their own transposes as gradients."""
    W, V = shared("W", 4, 4), shared("V", 4, 4, shape=(4, 4))
    Pair([], [], {W: W + 0.1 * V, V: V - 0.1 * W * pt.tanh(W.T)}).assert_same()


@pytest.mark.parametrize("shapes", [((3, 4), (4,)), ((3, 4), (3, 1)), ((3, 4), ())])
def test_what_is_repeated(shapes):
    """Rows and columns that PyTensor repeats are no part of a rule of another shape."""
    W, v = shared("W", *shapes[0]), shared("v", *shapes[0])
    given = pt.tensor("given", dtype="float64", shape=shapes[1])
    following = 0.9 * v - 0.1 * pt.tanh(given) * W
    both = Pair([given], [], {v: following, W: W + following})
    both.assert_same(normal(*shapes[1]))


def test_single_precision_beside_double():
    """Rates and constants are as wide as they are written."""
    W = pytensor.shared(normal(3, 4).astype("float32"), name="W")
    v = pytensor.shared(normal(3, 4).astype("float32"), name="v")
    rate, n = pytensor.shared(0.1, name="rate"), pytensor.shared(np.int64(3), name="n")
    h = pt.fmatrix("h")
    following = (0.9 * v - rate * h / n).astype("float32")
    both = Pair([h], [], {v: following, W: (W + 2 * following).astype("float32")})
    assert "Rule" in both.operations
    both.assert_same(normal(3, 4).astype("float32"), rtol=1e-6)
