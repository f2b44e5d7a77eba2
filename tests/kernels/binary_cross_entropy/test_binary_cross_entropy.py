"""Binary cross-entropy on every backend: exact, stable, and its gradients."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import expit, log_expit

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import binary_cross_entropy

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


@pytest.fixture(scope="module")
def functions():
    """(backend, width) -> compiled (scores, x) -> cost, gradients by scores and by x."""
    compiled = {}

    def of(backend, width):
        if (backend, width) not in compiled:
            scores, x = pt.matrix("scores", dtype=width), pt.matrix("x", dtype=width)
            cost = binary_cross_entropy(scores, x)
            outputs = [cost, *pytensor.grad(3 * cost, [scores, x])]
            compiled[backend, width] = function([scores, x], outputs, mode=backend)
        return compiled[backend, width]

    return of


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 7, 20])
def test_scipy(functions, backend, width, rows):
    rng = np.random.default_rng(rows)
    scores, x = rng.normal(0, 5, size=(rows, 33)), rng.random((rows, 33))
    cost, by_scores, by_x = functions(backend, width)(scores.astype(width), x.astype(width))
    assert cost.dtype == by_scores.dtype == by_x.dtype == width
    tolerance = 1e-12 if width == "float64" else 1e-5
    wanted = -(x * log_expit(scores) + (1 - x) * log_expit(-scores)).sum(axis=1).mean()
    np.testing.assert_allclose(cost, wanted, rtol=tolerance)
    np.testing.assert_allclose(by_scores, 3 * (expit(scores) - x) / rows, atol=tolerance)
    np.testing.assert_allclose(by_x, -3 * scores / rows, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", ["float32", "float64"])
def test_scores_of_a_thousand(functions, backend, width):
    scores, x = np.array([[1000, -1000, 1000]], width), np.array([[1, 0, 0]], width)
    cost, by_scores, _ = functions(backend, width)(scores, x)
    np.testing.assert_allclose(cost, 1000)
    np.testing.assert_allclose(by_scores, [[0, 0, 3]], atol=1e-30)


@pytest.mark.parametrize("backend", BACKENDS)
def test_small_losses_are_as_exact_as_large_ones(functions, backend):
    scores = np.repeat([-80, -30, -20, -12, -5, -1, 0, 1, 5, 12, 20, 30, 80], 5)
    x = np.tile(np.array([0, 1, 0.5, 1e-6, 1 - 1e-6], "float32"), 13)
    single = [
        float(functions(backend, "float32")(np.array([[s]], "float32"), np.array([[p]]))[0])
        for s, p in zip(scores, x, strict=True)
    ]
    small = np.log1p(np.exp(-abs(scores.astype(float))))
    wanted = np.where(scores > 0, scores * (1 - x.astype(float)), -scores * x.astype(float)) + small
    np.testing.assert_allclose(single, wanted, rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("backend", BACKENDS)
def test_not_a_number(functions, backend):
    scores = np.array([[0, np.nan]])
    cost, by_scores, _ = functions(backend, "float64")(scores, np.zeros((1, 2)))
    assert np.isnan(cost) and np.isnan(by_scores[0, 1])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shapes", [((2, 3), (3, 3)), ((2, 3), (2, 4)), ((0, 3), (0, 3))])
def test_shapes_that_do_not_fit(functions, backend, shapes):
    scores, x = (np.zeros(shape) for shape in shapes)
    with pytest.raises(InputError, match="give one score for each number, and at least one row"):
        functions(backend, "float64")(scores, x)


def test_ranks():
    with pytest.raises(InputError, match="got rank 1 and 2"):
        binary_cross_entropy(pt.vector(), pt.matrix())


def test_second_derivative():
    scores = pt.matrix()
    gradient = pytensor.grad(binary_cross_entropy(scores, pt.matrix()), scores)
    with pytest.raises(NotImplementedError, match="second derivatives"):
        pytensor.grad(gradient.sum(), scores)
