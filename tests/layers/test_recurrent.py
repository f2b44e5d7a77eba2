"""Recurrent layers beside loops in NumPy: padding, direction, truncation, limits."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import expit as sigmoid

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import GRU, LSTM, Bidirectional, Elman, Recurrent
from dltut.nn.loop import run, stepped

TIME, BATCH, N_IN, N_OUT = 6, 4, 3, 5
LENGTHS = np.array([6, 4, 1, 0])
MASK = (np.arange(TIME)[:, None] < LENGTHS).astype("float64")
X = np.random.default_rng(1).normal(size=(TIME, BATCH, N_IN))
KINDS = {
    "Elman": lambda rng, **more: Elman(rng, N_IN, N_OUT, **more),
    "LSTM": lambda rng, **more: LSTM(rng, N_IN, N_OUT, **more),
    "peepholes": lambda rng, **more: LSTM(rng, N_IN, N_OUT, peepholes=True, **more),
    "GRU": lambda rng, **more: GRU(rng, N_IN, N_OUT, **more),
}


@pytest.fixture(params=KINDS)
def kind(request):
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield request.param


def a_cell(kind, **more):
    """A cell none of whose parameters is 0."""
    rng = np.random.default_rng(2)
    cell = KINDS[kind](rng, learn_start=True, **more)
    for param in cell.params:
        value = param.get_value()
        param.set_value(value + 0.3 * rng.normal(size=value.shape))
    return cell


def numpy_step(kind, cell, x, states):
    """A step of one sequence, from the papers."""
    value = {each.name.split(".")[-1]: each.get_value() for each in cell.params}
    W, U, b, h = value["W"], value["U"], value["b"], states[0]
    if kind == "Elman":
        return [np.tanh(x @ W + h @ U + b)]
    if kind == "GRU":
        blocks = [slice(k * N_OUT, (k + 1) * N_OUT) for k in range(3)]
        a, s = x @ W + b, h @ U
        r, u = (sigmoid(a[k] + s[k]) for k in blocks[:2])
        return [(1 - u) * h + u * np.tanh(a[blocks[2]] + r * s[blocks[2]])]
    i, f, o, g = np.split(x @ W + h @ U + b, 4)
    p, c = value.get("p", np.zeros((3, N_OUT))), states[1]
    new = sigmoid(f + p[1] * c) * c + sigmoid(i + p[0] * c) * np.tanh(g)
    return [sigmoid(o + p[2] * new) * np.tanh(new), new]


def numpy_run(kind, cell, x, first):
    """The states, (steps, n_out) each, of one sequence."""
    states, all_states = first, []
    for row in x:
        states = numpy_step(kind, cell, row, states)
        all_states.append(states)
    return [np.array(each) for each in zip(*all_states, strict=True)]


def test_a_padded_batch_is_each_sequence_alone_in_both_directions(kind):
    cell, x, mask = a_cell(kind), pt.tensor3("x"), pt.matrix("mask")
    first = [each.get_value() for each in cell.first]
    forward, backward = run(cell, x, mask), run(cell, x, mask, backwards=True)
    n_states = len(forward)
    found = function([x, mask], [*forward, *backward])(X, MASK)
    for row, length in enumerate(LENGTHS):
        alone = X[:length, row]
        ways = (found[:n_states], alone, 1), (found[n_states:], alone[::-1], -1)
        for states, steps, way in ways:
            wanted = numpy_run(kind, cell, steps, first)
            for k, state in enumerate(states):
                inside = wanted[k][::way] if length else np.zeros((0, N_OUT))
                np.testing.assert_allclose(state[:length, row], inside, rtol=1e-12, atol=1e-14)
                kept = first[k] if way == -1 or not length else wanted[k][-1]
                np.testing.assert_allclose(state[length:, row], np.tile(kept, (TIME - length, 1)))


def test_gradients_are_those_of_finite_differences(kind):
    cell, x = a_cell(kind), pt.tensor3("x")
    weights = np.random.default_rng(3).normal(size=(TIME, BATCH, N_OUT))
    states = run(cell, x, pt.as_tensor(MASK))
    cost = sum((weights * (k + 1) * pt.sqr(each)).sum() for k, each in enumerate(states))
    variables = [*cell.params, x]
    f = function([x], [cost, *pytensor.grad(cost, variables)])
    gradients, rng, step = f(X)[1:], np.random.default_rng(4), 1e-6
    for param, gradient in zip(cell.params, gradients[:-1], strict=True):
        value, way = param.get_value(), rng.normal(size=gradient.shape)
        costs = []
        for sign in (1, -1):
            param.set_value(value + sign * step * way)
            costs.append(f(X)[0])
        param.set_value(value)
        slope = (costs[0] - costs[1]) / (2 * step)
        np.testing.assert_allclose(slope, (gradient * way).sum(), rtol=1e-5, err_msg=param.name)
    way = rng.normal(size=X.shape)
    slope = (f(X + step * way)[0] - f(X - step * way)[0]) / (2 * step)
    np.testing.assert_allclose(slope, (gradients[-1] * way).sum(), rtol=1e-5)
    assert not gradients[-1][MASK == 0].any()  # what is padding has no gradient


def test_truncated_gradients_are_those_of_pieces(kind):
    """Each piece of three steps begins with the last states of the one before as constants."""
    cell, x = a_cell(kind), pt.tensor3("x")
    whole = run(cell, x, truncate=3)[0]
    first = run(cell, x[:3])
    constants = [pytensor.gradient.disconnected_grad(each[-1]) for each in first]
    second = run(cell, x[3:], start=constants)
    pieces = pt.concatenate([first[0], second[0]])
    gradients = [pytensor.grad(pt.sqr(h).sum(), [*cell.params, x]) for h in (whole, pieces)]
    cut, wanted = function([x], gradients[0])(X), function([x], gradients[1])(X)
    for one, other in zip(cut, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_clipped_gradients_of_the_sums_stay_in_their_range(kind):
    """A step of one unit: the bias's gradient is the clipped gradient of its sum."""
    cell, x = a_cell(kind, clip=0.01), pt.tensor3("x")
    cost = 1e6 * run(cell, x)[0].sum()
    gradient = function([x], pytensor.grad(cost, cell.b))(X[:1, :1])
    assert np.isclose(abs(gradient), 0.01).any() and abs(gradient).max() <= 0.01 + 1e-12
    whole = function([x], pytensor.grad(cost, cell.b))(X)
    assert abs(whole).max() <= 0.01 * TIME * BATCH + 1e-9


def test_the_loop_is_the_scan_of_the_step(kind):
    cell, x = a_cell(kind, clip=0.05), pt.tensor3("x")
    for backwards, truncate in ((False, None), (True, 2)):
        mask = pt.as_tensor(MASK)
        loop = run(cell, x, mask, backwards, truncate)
        start = cell.start(BATCH)
        scanned = stepped(cell.step, cell.prepare(x), mask, start, truncate, backwards)
        costs = [sum((k + 1) * pt.sqr(h).sum() for k, h in enumerate(s)) for s in (loop, scanned)]
        both = [[cost, *pytensor.grad(cost, [*cell.params, x])] for cost in costs]
        for one, other in zip(*(function([x], each)(X) for each in both), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)


def test_the_last_step_is_the_last_of_all_steps(kind):
    cell, x, mask = a_cell(kind), pt.tensor3("x"), pt.matrix("mask")
    layers = [Recurrent(cell, backwards, last) for backwards in (0, 1) for last in (0, 1)]
    both = Bidirectional(cell, a_cell(kind))
    short = Bidirectional(both.forward, both.backward, last=True)
    outputs = [layer(x, mask) for layer in [*layers, both, short]]
    h, last, back, back_last, pair, pair_last = function([x, mask], outputs)(X, MASK)
    np.testing.assert_array_equal(last, h[-1])
    np.testing.assert_array_equal(back_last, back[0])
    np.testing.assert_array_equal(pair, np.concatenate([h, back], axis=-1))
    np.testing.assert_array_equal(pair_last, np.concatenate([h[-1], back[0]], axis=-1))


def test_a_subclass_with_another_step_is_not_computed_by_the_cell_s_loop():
    class Leaky(Elman):
        def step(self, a, h):
            return [0.5 * h + 0.5 * super().step(a, h)[0]]

    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        cell = Leaky(np.random.default_rng(1), N_IN, N_OUT)
        found = Recurrent(cell)(pt.as_tensor(X)).eval()
    W, U = cell.W.get_value(), cell.U.get_value()
    h = np.zeros((BATCH, N_OUT))
    for k, x in enumerate(X):
        h = 0.5 * h + 0.5 * np.tanh(x @ W + h @ U)
        np.testing.assert_allclose(found[k], h, rtol=1e-12)


def test_what_is_no_number_of_steps_and_no_limit_is_refused():
    cell = Elman(np.random.default_rng(1), 2, 2)
    with pytest.raises(InputError, match="truncate is 0; it counts steps"):
        run(cell, pt.tensor3("x"), truncate=0)
    with pytest.raises(InputError, match="clip is -1; gradients are held"):
        LSTM(np.random.default_rng(1), 2, 2, clip=-1)


def test_what_is_no_batch_of_sequences_is_refused():
    layer = Recurrent(LSTM(np.random.default_rng(1), 4, 2))
    for x in (pt.matrix("x"), np.ones((3, 2, 5))):
        with pytest.raises(InputError, match=r"recurrent layer takes \(time, batch, 4\)"):
            layer(x)
    assert layer(np.ones((3, 2, 4))).ndim == 3


def test_the_forget_gate_starts_with_its_bias():
    cell = LSTM(np.random.default_rng(1), 2, 3, forget_bias=1.0)
    np.testing.assert_array_equal(cell.b.get_value(), [0] * 3 + [1] * 3 + [0] * 6)
