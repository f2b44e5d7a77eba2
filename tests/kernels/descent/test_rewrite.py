"""Which updates become steps of descent, and that they then mean what they meant before."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal, shared

from dltut.exceptions import InputError
from dltut.models import MLP
from dltut.nn import l1, l2, negative_log_likelihood
from dltut.optim import adadelta, adam, momentum, nesterov, sgd

x, g = pt.dmatrices("x", "g")
X = normal(7, 3)


@pytest.fixture(scope="module")
def network():
    """Two layers and labels, and what trains them."""
    y = pt.ivector("y")
    model = MLP(np.random.RandomState(1), 3, 5, 4)
    cost = negative_log_likelihood(model(x), y)
    return [x, y], model, cost, [X, np.array([0, 3, 1, 2, 2, 0, 1], "int32")]


def test_sgd_with_both_penalties(network):
    """The rate is shared and changes; a layer's step never sees another layer's next weights."""
    inputs, model, cost, arguments = network
    rate = pytensor.shared(0.3, name="rate")
    cost = cost + 0.01 * l2(model.weights) + 0.02 * l1(model.weights)
    both = Pair(inputs, cost, sgd(cost, model.params, rate))
    both.assert_same(*arguments)
    rate.set_value(0.0)
    before = [each.get_value() for each in model.params]
    both.rewritten(*arguments)
    for value, param in zip(before, model.params, strict=True):
        np.testing.assert_array_equal(value, param.get_value())


def test_steps_of_a_network(network):
    """With the squares of the penalty, the step of a matrix is one pass in place."""
    inputs, model, cost, arguments = network
    cost = cost + 0.01 * l2(model.weights)
    both = Pair(inputs, cost, sgd(cost, model.params, 0.3))
    counts = [both.operations.count(each) for each in ("DenseUpdate", "Step", "SumOfSquares")]
    assert counts == [2, 2, 0]
    steps = [node.op for node in both.nodes if type(node.op).__name__ in ("DenseUpdate", "Step")]
    assert all(op.inplace for op in steps)
    assert all(op.squares for op in steps if type(op).__name__ == "DenseUpdate")
    both.assert_same(*arguments)


def test_squares_that_nobody_wants_are_not_computed(network):
    inputs, model, cost, arguments = network
    both = Pair(inputs, cost, sgd(cost, model.params, 0.3))
    steps = [node.op for node in both.nodes if type(node.op).__name__ == "DenseUpdate"]
    assert len(steps) == 2 and not any(op.squares for op in steps)
    both.assert_same(*arguments)


@pytest.mark.parametrize("rule", [momentum, nesterov, adam])
def test_rules_with_state(network, rule):
    inputs, model, cost, arguments = network
    Pair(inputs, cost, rule(cost, model.params, 0.1)).assert_same(*arguments, steps=3)


def test_a_rule_with_a_memory_is_one_pass(network):
    """What adadelta's three updates of the upper layer share is computed once, with all of them."""
    inputs, model, cost, arguments = network
    both = Pair(inputs, cost, adadelta(cost, model.params[-2:]))
    assert "Step" not in both.operations
    both.assert_same(*arguments, steps=3)


def test_a_cost_that_multiplies_by_the_norm():
    """The step needs the sum of squares, so that it cannot come with the step."""
    W = shared("W", 3, 4)
    cost = pt.tanh(x @ W).sum() * (W**2).sum() + pt.sqrt((W**2).sum())
    both = Pair([x], cost, {W: W - 0.1 * pytensor.grad(cost, W)})
    assert "SumOfSquares" in both.operations
    both.assert_same(X)


def test_tied_weights():
    """An autoencoder's gradient of W is a sum of two products: from the code and through W.T."""
    W, b, c = shared("W", 3, 4), shared("b", 4), shared("c", 3)
    seen = pt.sigmoid(pt.sigmoid(x @ W + b) @ W.T + c)
    cost = ((seen - x) ** 2).sum()
    gradients = zip([W, b, c], pytensor.grad(cost, [W, b, c]), strict=True)
    both = Pair([x], cost, {p: p - 0.1 * g for p, g in gradients})
    assert both.operations.count("Affine") == 1
    assert "Dot" not in both.operations and "Dot22" not in both.operations
    both.assert_same(X)


def test_weights_used_twice():
    """Both products of a tied autoencoder's gradient go into one step, whatever their signs."""
    W = shared("W", 3, 4)
    cost = ((pt.tanh(x @ W) @ W.T - x) ** 2).sum()
    both = Pair([x], cost, {W: W - 0.5 * (pytensor.grad(cost, W) + 0.25 * W)})
    assert both.operations.count("DenseUpdate") == 1
    assert "Step" not in both.operations
    both.assert_same(X, rtol=1e-10)


@pytest.mark.parametrize("is_aliased", [True, False])
def test_a_step_that_reads_its_own_weights(is_aliased):
    """W is a factor of its own gradient, or its own transpose's: a copy is made."""
    W = shared("W", 4, 4)
    change = W.T @ W if is_aliased else W.T
    Pair([], W.sum(), {W: W - 0.1 * change}).assert_same()


def test_old_weights_that_others_need():
    """A second variable's next value, and an output, are made of the weights before the step."""
    W, V = shared("W", 3, 4), shared("V", 3, 4)
    gradient = x.T @ g
    updates = {W: W - 0.1 * gradient, V: W + 0.5 * gradient}
    Pair([x, g], [W, 2 * W], updates).assert_same(X, normal(7, 4))


def test_inputs_are_not_overwritten():
    w = pt.dmatrix("w")
    both = Pair([w, x, g], w - 0.1 * (x.T @ g))
    assert not both.node("DenseUpdate").op.inplace
    values = normal(3, 4)
    both.assert_same(values, X, normal(7, 4), steps=1)
    np.testing.assert_array_equal(values, normal(3, 4))


def test_what_is_no_step():
    """Three terms, two variables that both might be the parameter, other shapes: left alone."""
    W, V, row = shared("W", 3, 4), shared("V", 3, 4), shared("row", 1, 4, shape=(1, 4))
    h = pt.dmatrix("h")
    both = Pair([g, h], [W - g - h, W - h, W - 0.1 * V, W - 0.1 * row, W / g, (W - 0.1 * g) ** 2])
    assert not {"DenseUpdate", "Step"} & {*both.operations}
    both.assert_same(normal(3, 4), normal(3, 4) + 9, steps=1)


@pytest.mark.parametrize("shape", [(3, 2), (6, 1), (1, 6), (1, 3), (2, 1), (1, 1), (2, 4), (0, 3)])
def test_gradients_of_another_shape(shape):
    """What PyTensor would not repeat along an axis is refused, as many numbers as there may be."""
    W = shared("W", 2, 3)
    both = Pair([g], [], {W: W - 0.1 * pt.tanh(g)})
    assert "Step" in both.operations
    with pytest.raises(InputError, match="does not have the shape of its parameter"):
        both.rewritten(normal(*shape))
    with pytest.raises(ValueError, match=r"[Bb]roadcast"):
        both.plain(normal(*shape))
    both.assert_same(normal(2, 3))


@pytest.mark.parametrize("batch", [5, 1])
@pytest.mark.parametrize("columns", [1, 2, 6])
def test_products_of_another_shape(batch, columns):
    """Also if the product is no step's own, because its factor is scaled first."""
    W = shared("W", 2, 3)
    both = Pair([x, g], [], {W: W - 0.1 * x.T @ g})
    with pytest.raises(InputError, match="does not have the shape of its"):
        both.rewritten(normal(batch, 2), normal(batch, columns))
    both.assert_same(normal(batch, 2), normal(batch, 3))


@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (1, 1), (2, 3), ()])
def test_gradients_that_are_repeated(shape):
    """An axis that is known to have length 1 stands for all of the parameter's."""
    sides = tuple(1 if n == 1 else None for n in shape)
    given = pt.tensor("given", dtype="float64", shape=sides)
    W, row = shared("W", 2, 3), shared("row", 1, 3, shape=(1, None))
    change = pt.tanh(given)
    updates = {W: W - 0.1 * change}
    if shape in ((1, 3), (1, 1), ()):
        updates[row] = row - 0.1 * change
    Pair([given], [], updates).assert_same(normal(*shape))


def test_a_shape_that_is_claimed():
    """PyTensor claims a static shape for a gradient; what others claim is still looked at."""
    W = shared("W", 2, 3, shape=(2, 3))
    cost = pt.tanh(x @ W).sum()
    both = Pair([x], [], {W: W - 0.1 * pytensor.grad(cost, W)})
    assert "DenseUpdate" in both.operations
    both.assert_same(normal(5, 2))
    V, rows = shared("V", 2, 3), pt.lscalar("rows")
    both = Pair([x, g, rows], [], {V: V - 0.1 * pt.specify_shape(x.T @ g, (rows, None))})
    both.assert_same(normal(5, 2), normal(5, 3), 2)
    with pytest.raises(AssertionError, match="SpecifyShape"):
        both.rewritten(normal(5, 2), normal(5, 3), 4)


def of_width(dtype, value=3):
    return pytensor.shared(np.asarray(value, dtype), name=dtype)


@pytest.mark.parametrize(
    "step",
    [
        lambda W: W - pt.tanh(g) / x.shape[0],
        lambda W: W - 0.1 * (pt.tanh(g) / x.shape[0] + W / of_width("int64", 7)),
        lambda W: W - of_width("float32") * (0.1 * pt.tanh(g)),
        lambda W: W - 0.1 * (pt.tanh(g) * of_width("int8") + of_width("float32", 0.3) * W),
        lambda W: W - (x.T @ pt.tanh(x)) / (10 * x.shape[0]),
    ],
)
def test_factors_of_any_width(step, floatX):
    """Rates are as exact as the parameter, with whole numbers and float32 among the factors."""
    W = shared("W", 3, 3)
    both = Pair([x, g], [], {W: step(W)})
    assert {"DenseUpdate", "Step"} & {*both.operations}
    both.assert_same(X, normal(3, 3), steps=3, rtol=1e-14)


def test_a_recurrence_that_uses_its_state_twice():
    """Thirty steps take thirty times as long as one, not 2 ** 30 times."""
    U, a = shared("U", 3, 3), x
    states = []
    for _ in range(30):
        a = a + 0.1 * (pt.tanh(a @ U) - a)
        states.append(a)
    Pair([x], states).assert_same(X, steps=1)
