"""Which graphs get the fused operations, and that they then mean what they meant before."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut import function
from dltut.kernels.rewrites.linear import linear_terms
from dltut.machine.rng import Streams
from dltut.models import MLP
from dltut.nn import l1, l2, negative_log_likelihood
from dltut.nn.activations import relu
from dltut.nn.gibbs import gibbs_chain
from dltut.optim import adam, momentum, nesterov, sgd


def operations(compiled) -> list[str]:
    """Names of the operations of a compiled function."""
    return [type(node.op).__name__ for node in compiled._function.maker.fgraph.toposort()]


def node_of(compiled, name):
    (node,) = [
        node
        for node in compiled._function.maker.fgraph.toposort()
        if type(node.op).__name__ == name
    ]
    return node


def normal(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def shared(name, *shape, **options):
    return pytensor.shared(normal(*shape), name=name, **options)


def compiled_and_plain(inputs, outputs, updates=None):
    """The function with our rewrites, and the same without."""
    return [
        function(inputs, outputs, updates=updates, mode=mode) for mode in ("NUMBA", "FAST_COMPILE")
    ]


def assert_same(compiled, plain, *arguments, steps=2):
    """Both functions give the same results, and leave the same in shared variables."""
    variables = compiled.state
    before = [each.get_value() for each in variables]
    found = [compiled(*arguments) for _ in range(steps)]
    after = [each.get_value() for each in variables]
    for variable, value in zip(variables, before, strict=True):
        variable.set_value(value)
    wanted = [plain(*arguments) for _ in range(steps)]
    for a, b in zip(found, wanted, strict=True):
        a, b = (each if isinstance(each, list) else [each] for each in (a, b))
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13)
    for variable, value, old in zip(variables, after, before, strict=True):
        assert not np.array_equal(value, old)
        np.testing.assert_allclose(value, variable.get_value(), rtol=1e-12, atol=1e-13)


x = pt.dmatrix("x")
X = normal(7, 3)


def test_layers():
    """Every layer of one graph becomes one operation, except for an activation that has none."""
    W, b, V = shared("W", 3, 4), shared("b", 4), shared("V", 4, 2)
    narrow = pt.dmatrix("narrow")
    outputs = [
        pt.tanh(x @ W + b),
        pt.sigmoid(b + x @ (2 * W)),
        relu(x @ (3 * W) + b),
        pt.tanh(x @ (4 * W) + b) @ V,
        narrow @ V.T + b,
    ]
    compiled, plain = compiled_and_plain([x, narrow], outputs)
    ops = [
        str(node.op)
        for node in compiled._function.maker.fgraph.toposort()
        if type(node.op).__name__ in ("Affine", "MatrixProduct", "Dot", "Gemm")
    ]
    wanted = {"Affine{activation='tanh'}": 2, "Affine{activation='sigmoid'}": 1}
    wanted |= {"Affine{activation='linear'}": 1}
    wanted |= {"MatrixProduct{left_turned=False, right_turned=False}": 1}
    wanted |= {"MatrixProduct{left_turned=False, right_turned=True}": 1}
    assert {op: ops.count(op) for op in ops} == wanted
    assert_same(compiled, plain, X, normal(5, 2), steps=1)


def test_sums_that_are_needed_elsewhere():
    """What is shown or used twice is kept: nothing is computed a second time."""
    W, b = shared("W", 3, 4), shared("b", 4)
    sums = x @ W + b
    compiled, plain = compiled_and_plain([x], [sums, pt.tanh(sums), (x @ (2 * W)).sum()])
    assert operations(compiled).count("Affine") == 1
    assert node_of(compiled, "Affine").op.activation == "linear"
    assert_same(compiled, plain, X, steps=1)


@pytest.mark.parametrize(("W_shape", "b_shape"), [((3, 4), (1,)), ((3, 1), (5,))])
def test_biases_that_are_broadcast(W_shape, b_shape):
    """One number for all columns, or one column for all numbers: no layer, but right."""
    W, b = (shared(n, *s, shape=s) for n, s in (("W", W_shape), ("b", b_shape)))
    compiled, plain = compiled_and_plain([x], pt.tanh(x @ W + b))
    assert "Affine" not in operations(compiled)
    assert_same(compiled, plain, X, steps=1)


def test_whole_numbers_are_multiplied_by_pytensor():
    a, b = pt.lmatrices("a", "b")
    assert "MatrixProduct" not in operations(function([a, b], a @ b.T, mode="NUMBA"))


@pytest.fixture(scope="module")
def network():
    """Two layers and labels, and what trains them."""
    y = pt.ivector("y")
    model = MLP(np.random.RandomState(1), 3, 5, 4)
    cost = negative_log_likelihood(model(x), y)
    return [x, y], model, cost, [X, np.array([0, 3, 1, 2, 2, 0, 1], "int32")]


def test_sgd_with_both_penalties(network):
    """The rate is shared and changes; a layer's step never sees another layer's next weights."""
    with pytensor.config.change_flags(floatX="float64"):
        inputs, model, cost, arguments = network
        rate = pytensor.shared(0.3, name="rate")
        cost = cost + 0.01 * l2(model.weights) + 0.02 * l1(model.weights)
        updates = sgd(cost, model.params, rate)
        compiled, plain = compiled_and_plain(inputs, cost, updates)
        assert_same(compiled, plain, *arguments)
        rate.set_value(0.0)
        before = [each.get_value() for each in model.params]
        compiled(*arguments)
        for value, param in zip(before, model.params, strict=True):
            np.testing.assert_array_equal(value, param.get_value())


def test_steps_of_a_network(network):
    """With the squares of the penalty, the step of a matrix is one pass in place."""
    with pytensor.config.change_flags(floatX="float64"):
        inputs, model, cost, arguments = network
        cost = cost + 0.01 * l2(model.weights)
        compiled, plain = compiled_and_plain(inputs, cost, sgd(cost, model.params, 0.3))
        ops = operations(compiled)
        assert (ops.count("DenseUpdate"), ops.count("Step")) == (2, 2)
        assert ops.count("SumOfSquares") == 0
        updates = [node for node in compiled._function.maker.fgraph.apply_nodes]
        updates = [n for n in updates if type(n.op).__name__ in ("DenseUpdate", "Step")]
        assert all(node.op.inplace for node in updates)
        assert_same(compiled, plain, *arguments)


@pytest.mark.parametrize("rule", [momentum, nesterov, adam])
def test_rules_with_state(network, rule):
    with pytensor.config.change_flags(floatX="float64"):
        inputs, model, cost, arguments = network
        updates = rule(cost, model.params, 0.1)
        assert_same(*compiled_and_plain(inputs, cost, updates), *arguments, steps=3)


def test_a_cost_that_multiplies_by_the_norm():
    """The step needs the sum of squares, so that it cannot come with the step."""
    W = shared("W", 3, 4)
    cost = pt.tanh(x @ W).sum() * (W**2).sum() + pt.sqrt((W**2).sum())
    compiled, plain = compiled_and_plain([x], cost, {W: W - 0.1 * pytensor.grad(cost, W)})
    assert "SumOfSquares" in operations(compiled)
    assert_same(compiled, plain, X)


def test_tied_weights():
    """An autoencoder's gradient of W is a sum of two products: from the code and through W.T."""
    W, b, c = shared("W", 3, 4), shared("b", 4), shared("c", 3)
    seen = pt.sigmoid(pt.sigmoid(x @ W + b) @ W.T + c)
    cost = ((seen - x) ** 2).sum()
    gradients = zip([W, b, c], pytensor.grad(cost, [W, b, c]), strict=True)
    compiled, plain = compiled_and_plain([x], cost, {p: p - 0.1 * g for p, g in gradients})
    ops = operations(compiled)
    assert ops.count("Affine") == 1
    assert "Dot" not in ops and "Dot22" not in ops
    assert_same(compiled, plain, X)


@pytest.mark.parametrize("is_aliased", [True, False])
def test_a_step_that_reads_its_own_weights(is_aliased):
    """W is a factor of its own gradient, or its own transpose's: a copy is made."""
    W = shared("W", 4, 4)
    change = W.T @ W if is_aliased else W.T
    compiled, plain = compiled_and_plain([], W.sum(), {W: W - 0.1 * change})
    assert_same(compiled, plain)


def test_old_weights_that_others_need():
    """A second variable's next value, and an output, are made of the weights before the step."""
    W, V = shared("W", 3, 4), shared("V", 3, 4)
    delta = pt.dmatrix("delta")
    gradient = x.T @ delta
    updates = {W: W - 0.1 * gradient, V: W + 0.5 * gradient}
    compiled, plain = compiled_and_plain([x, delta], [W, 2 * W], updates)
    assert_same(compiled, plain, X, normal(7, 4))


def test_inputs_are_not_overwritten():
    w, delta = pt.dmatrices("w", "delta")
    compiled, plain = compiled_and_plain([w, x, delta], w - 0.1 * (x.T @ delta))
    assert not node_of(compiled, "DenseUpdate").op.inplace
    given = normal(3, 4)
    assert_same(compiled, plain, given, X, normal(7, 4), steps=1)
    np.testing.assert_array_equal(given, normal(3, 4))


def test_what_is_no_step():
    """Three terms, two variables that both might be the parameter, other shapes: left alone."""
    W, V, row = shared("W", 3, 4), shared("V", 3, 4), shared("row", 1, 4, shape=(1, 4))
    g, h = pt.dmatrices("g", "h")
    outputs = [W - g - h, W - h, W - 0.1 * V, W - 0.1 * row, W / g, (W - 0.1 * g) ** 2]
    compiled, plain = compiled_and_plain([g, h], outputs)
    assert not {"DenseUpdate", "Step"} & {*operations(compiled)}
    assert_same(compiled, plain, normal(3, 4), normal(3, 4) + 9, steps=1)


def test_sums_of_squares_and_of_channels():
    maps = pt.dtensor4("maps")
    outputs = [(x**2).sum(), maps.sum(axis=(0, 2, 3)), (maps**2).sum(), x.sum(axis=0)]
    others = [(x**2).sum(axis=1), (x**3).sum(), maps.sum(axis=(0, 1, 3)), maps.sum()]
    compiled, plain = compiled_and_plain([x, maps], outputs + others)
    ops = operations(compiled)
    assert (ops.count("SumOfSquares"), ops.count("ChannelSums")) == (2, 2)
    assert_same(compiled, plain, X, normal(2, 3, 4, 5), steps=1)


W_LEAF, G_LEAF = pt.dmatrix("W"), pt.dmatrix("g")
RATE = pt.dscalar("rate")
NUMBERS = st.sampled_from([-2.0, -1.0, 0.0, 0.25, 1.0, 3.0])


def combined(smaller):
    """Larger expressions of smaller ones."""
    scalar = NUMBERS | st.just(RATE)
    return st.one_of(
        st.tuples(smaller, smaller).map(lambda pair: pair[0] + pair[1]),
        st.tuples(smaller, smaller).map(lambda pair: pair[0] - pair[1]),
        smaller.map(lambda each: -each),
        st.tuples(scalar, smaller).map(lambda pair: pair[0] * pair[1]),
        st.tuples(smaller, st.sampled_from([-0.5, 2.0, RATE])).map(lambda p: p[0] / p[1]),
    )


@given(st.recursive(st.sampled_from([W_LEAF, G_LEAF]), combined, max_leaves=6))
def test_linear_terms_add_up(expression):
    """The terms times their factors are the expression, at any values."""
    values = {W_LEAF: normal(2, 3), G_LEAF: normal(3, 2).T, RATE: np.array(0.7)}
    terms = linear_terms(expression)
    assert set(terms) <= {W_LEAF, G_LEAF}

    def evaluated(of):
        """What an expression is worth, by NumPy, operation by operation."""
        if not isinstance(of, pt.Variable):
            return of
        if of in values:
            return values[of]
        if of.owner is None:
            return of.data
        outputs = [[None]]
        of.owner.op.perform(of.owner, [np.asarray(evaluated(i)) for i in of.owner.inputs], outputs)
        return outputs[0][0]

    total = sum(evaluated(factor) * values[term] for term, factor in terms.items())
    np.testing.assert_allclose(total, evaluated(expression), atol=1e-12)


def test_linear_terms_of_what_is_not_linear():
    g, row = G_LEAF, pt.drow("row")
    for expression in (pt.exp(g), g * W_LEAF, 1.0 / g, g**2, pt.maximum(g, W_LEAF)):
        assert linear_terms(expression) == {expression: 1.0}
    assert linear_terms(2.0 * (g - row)) == {g: 2.0, row: -2.0}


def test_sums_wider_than_what_they_add():
    x = pt.fmatrix("x")
    f = function([x], [(x**2).sum(dtype="float64"), x.sum(axis=0, dtype="float64")], mode="NUMBA")
    squares, columns = f(np.full((3, 4), 2, dtype="float32"))
    assert squares.dtype == columns.dtype == "float64"
    assert squares == 48 and columns.tolist() == [6, 6, 6, 6]


def test_weights_used_twice():
    """Both products of a tied autoencoder's gradient go into one step, whatever their signs."""
    x = pt.dmatrix("x")
    W = pytensor.shared(np.random.default_rng(0).normal(size=(6, 4)), name="W")
    cost = ((pt.tanh(x @ W) @ W.T - x) ** 2).sum()
    gradient = pytensor.grad(cost, W)
    step = function([x], cost, updates={W: W - 0.5 * (gradient + 0.25 * W)}, mode="NUMBA")
    assert operations(step).count("DenseUpdate") == 1
    assert "Step" not in operations(step)
    given, w = np.random.default_rng(1).normal(size=(3, 6)), W.get_value()
    wanted = w - 0.5 * (function([x], gradient, mode="FAST_COMPILE")(given) + 0.25 * w)
    step(given)
    np.testing.assert_allclose(W.get_value(), wanted, rtol=1e-10)


def test_the_end_of_a_gibbs_chain():
    """The mean of its hidden units is computed once, with the draw, and nowhere else."""
    rng = np.random.default_rng(0)
    W, h = (pytensor.shared(rng.random(shape), name="W") for shape in ((6, 4), (3, 4)))
    hbias, vbias = (pytensor.shared(rng.normal(size=n), name="bias") for n in (4, 6))
    _, v, end = gibbs_chain(Streams(3), h, W, hbias, vbias, n_steps=2)
    mean = pt.sigmoid(v @ W + hbias)
    compiled = function([], [v, end, mean, pt.sigmoid(end @ W.T + vbias)], mode="NUMBA")
    assert operations(compiled).count("Affine") == 0
    v, _, mean, _ = compiled()
    scores = v @ W.get_value() + hbias.get_value()
    np.testing.assert_allclose(mean, 1 / (1 + np.exp(-scores)), rtol=1e-12)
