"""Gibbs chains: the same in every mode, the right distribution, units that do not fit."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.gibbs import GibbsChain
from dltut.machine.rng import Streams
from dltut.nn.gibbs import gibbs_chain

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]
VISIBLE = ["binary", "gaussian"]


def machine(n_visible, n_hidden, chains, width="float64", scale=0.3):
    rng = np.random.default_rng(n_visible)
    W = rng.normal(0, scale, (n_visible, n_hidden))
    hbias, vbias = rng.normal(0, scale, n_hidden), rng.normal(0, scale, n_visible)
    h = (rng.random((chains, n_hidden)) < 0.5).astype(width)
    return h, *(each.astype(width) for each in (W, hbias, vbias))


@pytest.fixture(scope="module")
def chains():
    """(backend, ..., axes of biases) -> compiled (h, W, hbias, vbias) -> v_scores, v, h."""
    compiled = {}

    def of(backend, n_steps=3, visible="binary", width="float64", biases=1):
        key = backend, n_steps, visible, width, biases
        if key not in compiled:
            names = (("h", 2), ("W", 2), ("hbias", biases), ("vbias", biases))
            given = [pt.tensor(name, dtype=width, shape=(None,) * ndim) for name, ndim in names]
            streams = Streams(77)
            f = function(given, gibbs_chain(streams, *given, n_steps, visible), mode=backend)
            compiled[key] = f, streams.states[0]
        f, state = compiled[key]
        state.set_value(np.array([77, 0, 5], "uint32"))
        return f, state

    return of


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("visible", VISIBLE)
@pytest.mark.parametrize("sizes", [(7, 5, 3), (100, 67, 12), (33, 40, 1), (6, 300, 25)])
def test_the_same_as_numpy(chains, backend, visible, sizes):
    """Odd numbers of units share the words of the cipher between rows."""
    reference, _ = chains("FAST_COMPILE", visible=visible)
    found, state = chains(backend, visible=visible)
    given = machine(*sizes)
    for call in range(2):
        for one, other in zip(found(*given), reference(*given), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-10)
        calls = 5 + (call + 1) * 3 * (2 if visible == "binary" else 3)
        assert np.asarray(state.get_value()).tolist() == [77, 0, calls]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("sizes", [(7, 5, 3), (100, 67, 12), (33, 40, 1)])
def test_biases_of_each_chain(chains, backend, sizes):
    """Rows of biases that differ are those of chains of their own; equal rows, those of all."""
    h, W, hbias, vbias = machine(*sizes)
    rows = np.linspace(-1, 1, len(h))[:, None] + hbias, np.linspace(1, -1, len(h))[:, None] + vbias
    f, _ = chains(backend, n_steps=2, biases=2)
    v_scores, v, end = f(h, W, *rows)
    state = np.array([77, 0, 5], "uint32")
    expected = [[None] for _ in range(5)]
    GibbsChain(2).perform(None, [state, h, W, *rows], expected)
    for one, other in zip((v_scores, v, end), expected[1:4], strict=True):
        np.testing.assert_allclose(one, other[0], atol=1e-10)
    f, _ = chains(backend, n_steps=2, biases=2)
    alike = f(h, W, np.tile(hbias, (len(h), 1)), np.tile(vbias, (len(h), 1)))
    f, _ = chains(backend, n_steps=2)
    for one, other in zip(alike, f(h, W, hbias, vbias), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)


@pytest.mark.parametrize("visible", VISIBLE)
@pytest.mark.parametrize("given", ["few units", "many units", "means"])
def test_few_units_on(chains, visible, given):
    """Rows of the weights are summed instead of multiplied where few units are on."""
    h, W, hbias, vbias = machine(150, 133, 9)
    h = {"few units": h * (h.cumsum(1) < 20), "many units": h, "means": 0.1 * h}[given]
    f, _ = chains("NUMBA", 7, visible)
    expected = [[None] for _ in range(5)]
    state, arguments = np.array([77, 0, 5], "uint32"), (h, W / 4, hbias - 2, vbias - 2)
    GibbsChain(7, visible).perform(None, [state, *arguments], expected)
    for one, other in zip(f(*arguments), expected[1:4], strict=True):
        np.testing.assert_allclose(one, other[0], atol=1e-10)


@pytest.mark.parametrize("visible", VISIBLE)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_generator_for_each_layer(backend, visible):
    """What they draw is what each draws alone, in all modes; the longer loop of JAX included."""
    given, state = machine(7, 5, 3), np.array([[7, 0, 2], [7, 1, 9]], "uint32")
    chain = GibbsChain(18, visible)
    expected = [[None] for _ in range(5)]
    chain.perform(None, [state, *given], expected)
    shared = pytensor.shared(state)
    found = function([], chain(shared, *map(pt.as_tensor, given)), mode=backend)()
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other[0], atol=1e-10)
    calls = [2 + 18 * (1 if visible == "binary" else 2), 9 + 18]
    assert np.asarray(found[0])[:, 2].tolist() == calls


def test_reference_with_biases_of_each_chain():
    """The NumPy form against a loop over the chains, each with a machine of its own."""
    h, W, hbias, vbias = machine(6, 4, 3)
    rows = np.arange(3)[:, None] * hbias, np.arange(3)[:, None] * vbias
    outputs = [[None] for _ in range(5)]
    GibbsChain(1).perform(None, [np.array([1, 0, 0], "uint32"), h, W, *rows], outputs)
    wanted = [W @ h[i] + i * vbias for i in range(3)]
    np.testing.assert_allclose(outputs[1][0], wanted)
    means = [1 / (1 + np.exp(-(outputs[2][0][i] @ W + i * hbias))) for i in range(3)]
    np.testing.assert_allclose(outputs[4][0], means)


@pytest.mark.parametrize("backend", BACKENDS)
def test_biases_of_other_chains(chains, backend):
    f, _ = chains(backend, n_steps=2, biases=2)
    h, W, hbias, vbias = machine(7, 5, 3)
    with pytest.raises(InputError, match="one row for all chains, or one for each"):
        f(h, W, np.tile(hbias, (2, 1)), np.tile(vbias, (3, 1)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_single_precision(chains, backend):
    f, _ = chains(backend, n_steps=1, width="float32")
    h, W, hbias, vbias = machine(40, 30, 20, "float32")
    v_scores, v, end = f(h, W, hbias, vbias)
    assert v_scores.dtype == v.dtype == end.dtype == "float32"
    np.testing.assert_allclose(v_scores, h @ W.T + vbias, atol=1e-5)
    assert set(np.unique(v)) == set(np.unique(end)) == {0, 1}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", ["float32", "float64"])
def test_stationary_distribution(chains, backend, width):
    """After a few steps of many chains, visible units have the marginals of the whole sum."""
    f, _ = chains(backend, n_steps=40, width=width)
    h, W, hbias, vbias = machine(4, 3, 20_000, width, scale=0.8)
    states = ((np.arange(16)[:, None] >> np.arange(4)) & 1).astype("float64")
    weights = np.exp(states @ vbias) * (1 + np.exp(states @ W + hbias)).prod(axis=1)
    wanted = weights / weights.sum()
    _, v, _ = f(h, W, hbias, vbias)
    counts = np.bincount((np.asarray(v) @ 2 ** np.arange(4)).astype(int), minlength=16)
    error = np.abs(counts / len(v) - wanted) / np.sqrt(wanted * (1 - wanted) / len(v))
    assert error.max() < 4


@pytest.mark.parametrize("backend", BACKENDS)
def test_gaussian_units(chains, backend):
    """Their deviations from the mean are standard normal."""
    f, _ = chains(backend, n_steps=1, visible="gaussian", width="float32")
    v_scores, v, _ = f(*machine(100, 20, 500, "float32"))
    noise = np.asarray(v) - np.asarray(v_scores)
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 1) < 0.02
    assert abs((noise**4).mean() - 3) < 0.15


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("part", range(4))
def test_units_that_do_not_fit(chains, backend, part):
    f, _ = chains(backend)
    given = list(machine(7, 5, 3))
    given[part] = given[part][..., :-1].copy()
    with pytest.raises(InputError, match="a row for each visible and a column for each hidden"):
        f(*given)


def test_gradient_is_constant():
    h, W, hbias, vbias = (pt.matrix(), pt.matrix(), pt.vector(), pt.vector())
    _, v, _ = gibbs_chain(Streams(1), h, W, hbias, vbias, 2)
    found = pytensor.grad(v.sum(), [W], None, "ignore", return_disconnected="none")
    assert found == [None]


@pytest.mark.parametrize("wrong", [(0, "binary"), (1, "binery")])
def test_what_there_is_not(wrong):
    with pytest.raises(InputError, match=r"at least 1 step|did you mean binary"):
        GibbsChain(*wrong)


def test_on_a_card_the_steps_are_no_loop(monkeypatch):
    """There a loop waits for the processor after each; the numbers are the same."""
    jax = pytest.importorskip("jax")
    from dltut.kernels.engine.wide import wide
    from dltut.kernels.gibbs import jax as form

    run, given = form.gibbs_chain(GibbsChain(3)), machine(7, 5, 4, "float32")
    state, loops, found = np.array([77, 0, 5], "uint32"), [], []
    for is_card in (False, True):
        monkeypatch.setattr(form, "is_card", lambda answer=is_card: answer)
        with wide():
            lowered = jax.jit(lambda *arrays: run(*arrays)).lower(state, *given)
            loops.append(lowered.as_text().count("stablehlo.while"))
            found.append(lowered.compile()(state, *given))
    assert loops[0] == loops[1] + 1
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
