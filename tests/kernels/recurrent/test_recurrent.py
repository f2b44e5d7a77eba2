"""Loops of all cells: golden values, NumPy, finite differences, scan, shapes of every kind."""

from itertools import product

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_golden, assert_gradient, golden

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.recurrent import Recurrence
from dltut.kernels.recurrent.cells import CELLS
from dltut.kernels.steps import RealRows
from dltut.layers import GRU, LSTM, Dense, Elman, Embedding, Recurrent
from dltut.nn.loop import run, stepped
from dltut.nn.sequences import mean_over_time

N_IN = 3
WAYS = {  # backwards, truncate, clip
    "plain": (False, None, None),
    "backwards in pieces, clipped": (True, 3, 0.05),
}


def cell_of(kind, n, clip=None):
    """A cell none of whose parameters is 0."""
    rng = np.random.default_rng(n)
    makers = {
        "lstm": lambda: LSTM(rng, N_IN, n, learn_start=True, clip=clip),
        "lstm with peepholes": lambda: LSTM(
            rng, N_IN, n, learn_start=True, clip=clip, peepholes=True
        ),
        "gru": lambda: GRU(rng, N_IN, n, learn_start=True, clip=clip),
    }
    simple = lambda: Elman(rng, N_IN, n, activation=kind, learn_start=True, clip=clip)  # noqa: E731
    cell = makers.get(kind, simple)()
    for param in cell.params:
        value = param.get_value()
        noise = 0.2 * rng.normal(size=value.shape) / max(1, value.shape[0] / 30)
        param.set_value(value + noise.astype(value.dtype))
    return cell


def states_and_gradients(loop, cell, x):
    """All states, and gradients of a cost that sees every one of them."""
    cost = sum((k + 1) * pt.sqr(each).sum() for k, each in enumerate(loop))
    return [*loop, *pytensor.grad(cost, [*cell.params, x])]


SHAPES = ((7, 4), (1, 1), (0, 3), (12, 1), (4, 0), (9, 33), (5, 26))  # steps, sequences


def batches(width, shapes=SHAPES):
    """Steps and masks of every shape: holes, rows without a step, none at all, one word alone."""
    rng = np.random.default_rng(7)
    for time, batch in shapes:
        mask = (rng.random((time, batch)) < 0.7).astype(width)
        if time > 3:
            mask[2] = mask[-1] = 0
            mask[:, :1] = 0
        yield rng.normal(size=(time, batch, N_IN)).astype(width), mask


def assert_same(found, wanted, width, name):
    tolerance = 1e-9 if width == "float64" else 3e-4
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == width
        scale = tolerance * (1 + abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=0, atol=scale, err_msg=name)


@pytest.mark.parametrize(
    ("mode", "width", "kind", "n"),
    [
        ("NUMBA", "float32", "tanh", 37),
        ("NUMBA", "float32", "lstm with peepholes", 37),
        ("NUMBA", "float32", "gru", 37),
        ("JAX", "float64", "gru", 5),
        ("JAX", "float32", "lstm with peepholes", 5),
        *(
            pytest.param(mode, width, kind, n, marks=pytest.mark.slow)
            for mode, width, kind, n in [
                *(("NUMBA", "float32", kind, 37) for kind in ("sigmoid", "relu", "linear")),
                ("NUMBA", "float64", "gru", 37),
                ("NUMBA", "float32", "lstm", 130),  # more than one block
                *(("JAX", "float64", kind, 5) for kind in ("tanh", "sigmoid", "relu", "linear")),
            ]
        ),
    ],
)
def test_the_same_as_numpy(mode, width, kind, n):
    """Without a mask and plain, and with one in the other way: JAX compiles anew for each shape."""
    with pytensor.config.change_flags(floatX=width):
        x, mask = pt.tensor3("x"), pt.matrix("mask")
        outputs = []
        for (backwards, truncate, clip), given in zip(WAYS.values(), (None, mask), strict=True):
            cell = cell_of(kind, n, clip)
            loop = run(cell, x, given, backwards, truncate)
            outputs += states_and_gradients(loop, cell, x)
        f, reference = (function([x, mask], outputs, mode=m) for m in (mode, "FAST_COMPILE"))
        for arrays in batches(width, SHAPES[:3] if mode == "JAX" else SHAPES):
            assert_same(f(*arrays), reference(*arrays), width, str(arrays[0].shape))


@pytest.mark.parametrize(("kind", "way"), [*product(CELLS, WAYS)])
def test_the_reference_is_the_scan_of_the_step(kind, way):
    with pytensor.config.change_flags(floatX="float64", mode="FAST_COMPILE"):
        backwards, truncate, clip = WAYS[way]
        cell, x, mask = cell_of(kind, 5, clip), pt.tensor3("x"), pt.matrix("mask")
        loop = run(cell, x, mask, backwards, truncate)
        start = cell.start(x.shape[1])
        scanned = stepped(cell.step, cell.prepare(x), mask, start, truncate, backwards)
        assert isinstance(loop[0].owner.op, Recurrence)
        f, g = (
            function([x, mask], states_and_gradients(each, cell, x)) for each in (loop, scanned)
        )
        for arrays in batches("float64"):
            if arrays[0].size:
                assert_same(f(*arrays), g(*arrays), "float64", str(arrays[0].shape))


@pytest.mark.parametrize("kind", CELLS)
def test_finite_differences(kind, rng):
    cell = CELLS[kind]
    mask = pt.as_tensor(np.array([[1, 1], [1, 0], [0, 1], [1, 0]], dtype=bool))
    p = 0.3 * rng.normal(size=(3, 2)) if cell.has_peepholes else np.zeros((0, 0))
    start = [0.5 * rng.normal(size=(2, 2)) for _ in range(cell.n_states)]
    sums = rng.normal(size=(4, 2, 2 * cell.n_gates)), rng.normal(size=(2, 2 * cell.n_gates))

    def states(a, U, *rest):
        p, *start = rest if cell.has_peepholes else (pt.zeros((0, 0)), *rest)
        return pt.stack(Recurrence(kind)(RealRows()(a, mask), U, mask, p, *start)[:-1])

    with pytensor.config.change_flags(floatX="float64"):
        assert_gradient(states, *sums, *([p] if cell.has_peepholes else []), *start)


def test_golden_sentiment(floatX):
    """Cost, probabilities and all gradients of the tutorial's network in Theano.

    The backends come to the same numbers in tests/models/test_text_classifier.py.
    """
    arrays, _ = golden()
    at = {name.removeprefix("lstm_"): each for name, each in arrays.items() if "lstm_" in name[:5]}
    words, n = at["param_Wemb"].shape
    embedding = Embedding(None, words, n, W=at["param_Wemb"])
    names = "lstm_W", "lstm_U", "lstm_b"
    cell = LSTM(None, n, n, *(at[f"param_{name}"] for name in names))
    top = Dense(None, n, 2, W=at["param_U"], b=at["param_b"], activation=None)
    x, mask = pt.imatrix("x"), pt.matrix("mask")
    scores = top(mean_over_time(Recurrent(cell)(embedding(x), mask), mask))
    probabilities = pt.special.softmax(scores, axis=1)
    labels = np.eye(2)[at["y"]].astype(floatX)
    small = np.asarray(1e-8, dtype=floatX)  # the tutorial adds it to the probabilities
    cost = -pt.log((probabilities * labels).sum(axis=1) + small).mean()
    params = {
        **{f"grad_{name}": each for name, each in zip(names, cell.params, strict=True)},
        "grad_Wemb": embedding.W,
        "grad_U": top.W,
        "grad_b": top.b,
    }
    outputs = [cost, probabilities, *pytensor.grad(cost, list(params.values()))]
    f = function([x, mask], outputs, mode="FAST_COMPILE")
    found = f(at["x"].astype("int32"), at["mask"].astype(floatX))
    for name, each in zip(["cost", "probs", *params], found, strict=True):
        if name == "grad_b" and floatX == "float32":  # halves that nearly cancel
            np.testing.assert_allclose(each, at[name], atol=1e-7)
        else:
            assert_golden(each, at[name])


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_a_gradient_of_the_memory_alone(mode):
    """Of the states, any may be what is asked for."""
    with pytensor.config.change_flags(floatX="float64"):
        cell, x = cell_of("lstm", 5), pt.tensor3("x")
        cost = pt.sqr(run(cell, x)[1][-1]).sum()
        outputs = pytensor.grad(cost, [*cell.params, x])
        f, reference = (function([x], outputs, mode=m) for m in (mode, "FAST_COMPILE"))
        steps = np.random.default_rng(1).normal(size=(4, 2, N_IN))
        assert_same(f(steps), reference(steps), "float64", "memory")


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_what_does_not_fit(mode, rng):
    given = {
        "a": rng.normal(size=(3, 2, 5)),
        "U": rng.normal(size=(5, 5)),
        "mask": np.ones((3, 2), dtype=bool),
        "start": np.zeros((2, 5)),
    }
    variables = [pt.tensor(dtype=each.dtype, shape=(None,) * each.ndim) for each in given.values()]
    a, U, mask, start = variables
    no_p = pt.zeros((0, 0), dtype="float64")
    h = Recurrence("tanh")(RealRows()(a, mask), U, mask, no_p, start)[0]
    f = function(variables, h, mode=mode)
    for wrong, array in given.items():
        with pytest.raises(InputError, match=r"^the shapes of a recurrent loop do not fit"):
            f(*(given | {wrong: array[:, :-1]}).values())


def test_what_there_is_not():
    with pytest.raises(InputError, match=r"there is no 'lstn' cell in a loop.*lstm"):
        Recurrence("lstn")
