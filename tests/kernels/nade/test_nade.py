"""The scores of a NADE: bit by bit from the definition, gradients, rows that do not fit."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.nade import NadeScores

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


def rows(n=23, n_visible=17, n_hidden=9, share=0.2, width="float64"):
    rng = np.random.default_rng(n)
    v = (rng.random((n, n_visible)) < share).astype(width)
    v[0], v[-1] = 0, 1  # no stretch but one; as many as bits
    W, V = rng.normal(0, 0.5, (2, n_visible, n_hidden))
    hbias, up = rng.normal(size=(n, n_hidden)), rng.normal(size=(n, n_visible))
    return [each.astype(width) for each in (v, W, V, hbias, up)]


@pytest.fixture(scope="module")
def compiled():
    """(backend, width) -> (v, W, V, hbias, up) -> scores, gradients of W, V and hbias."""
    known = {}

    def of(backend, width="float64"):
        if (backend, width) not in known:
            given = [pt.tensor(dtype=width, shape=(None, None)) for _ in range(5)]
            v, W, V, hbias, up = given
            scores = NadeScores()(v, W, V, hbias)
            gradients = pytensor.grad((scores * up).sum(), [W, V, hbias])
            known[backend, width] = function(given, [scores, *gradients], mode=backend)
        return known[backend, width]

    return of


@pytest.mark.parametrize("backend", BACKENDS)
def test_definition(compiled, backend):
    v, W, V, hbias, up = rows()
    scores = np.zeros_like(v)
    for r, i in np.ndindex(v.shape):
        h = 1 / (1 + np.exp(-(hbias[r] + sum(v[r, j] * W[j] for j in range(i)))))
        scores[r, i] = V[i] @ h
    np.testing.assert_allclose(compiled(backend)(v, W, V, hbias, up)[0], scores, atol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("sizes", [(23, 17, 9), (1, 88, 150), (100, 5, 33), (3, 1, 1)])
def test_gradients(compiled, backend, sizes):
    """Against differences of the scores along random directions."""
    *_, up = given = rows(*sizes)
    f = compiled(backend)
    found = f(*given)
    rng, step = np.random.default_rng(1), 1e-6
    for place, gradient in zip((1, 2, 3), found[1:], strict=True):
        direction = rng.normal(size=given[place].shape)
        ahead, behind = ([*given] for _ in range(2))
        ahead[place], behind[place] = (given[place] + s * step * direction for s in (1, -1))
        slope = ((f(*ahead)[0] - f(*behind)[0]) * up).sum() / (2 * step)
        np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_grey_levels_and_strides(compiled, backend):
    """Rows need not be bits, nor lie side by side."""
    v, W, V, hbias, up = rows(12, 8, 5)
    v = np.random.default_rng(0).random(v.shape)
    given = [np.asfortranarray(each) for each in (v, W, V, hbias, up)]
    for one, other in zip(compiled(backend)(*given), compiled("FAST_COMPILE")(*given), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_single_precision(compiled, backend):
    exact = compiled("FAST_COMPILE")(*rows(40, 88, 150, 0.05))
    found = compiled(backend, "float32")(*rows(40, 88, 150, 0.05, "float32"))
    for one, other in zip(found, exact, strict=True):
        assert one.dtype == "float32"
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("part", range(4))
def test_rows_that_do_not_fit(compiled, backend, part):
    given = rows(4, 5, 3)
    given[part] = given[part][:, :-1].copy()
    with pytest.raises(InputError, match="rows and weights of a NADE do not fit"):
        compiled(backend)(*given)
