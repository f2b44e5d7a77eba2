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
    """(backend, n_steps, visible, width) -> compiled (h, W, hbias, vbias) -> v_scores, v, h."""
    compiled = {}

    def of(backend, n_steps=3, visible="binary", width="float64"):
        key = backend, n_steps, visible, width
        if key not in compiled:
            names = (("h", 2), ("W", 2), ("hbias", 1), ("vbias", 1))
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
