"""The cost on every backend: exact, stable, and labels that are refused."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import log_softmax, softmax

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import negative_log_likelihood

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


@pytest.fixture(scope="module")
def functions():
    """(backend, width) -> compiled (scores, y) -> cost and gradient, and the gradient alone."""
    compiled = {}

    def of(backend, width="float64"):
        if (backend, width) not in compiled:
            scores, y = pt.matrix("scores", dtype=width), pt.ivector("y")
            cost = negative_log_likelihood(scores, y)
            gradient = pytensor.grad(cost, scores)
            both = function([scores, y], [cost, gradient], mode=backend)
            compiled[backend, width] = both, function([scores, y], [gradient], mode=backend)
        return compiled[backend, width]

    return of


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", ["float32", "float64"])
def test_scipy(functions, backend, width):
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=(7, 5)), rng.integers(0, 5, 7).astype("int32")
    cost, gradient = functions(backend, width)[0](scores.astype(width), y)
    assert cost.dtype == gradient.dtype == width
    tolerance = 1e-12 if width == "float64" else 1e-5
    wanted = -log_softmax(scores, axis=1)[np.arange(7), y].mean()
    np.testing.assert_allclose(cost, wanted, rtol=tolerance)
    wanted = (softmax(scores, axis=1) - np.eye(5)[y]) / 7
    np.testing.assert_allclose(gradient, wanted, atol=tolerance)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", ["float32", "float64"])
def test_scores_of_a_thousand(functions, backend, width):
    scores = np.array([[1000, -1000, 0], [-1000, -1000, -1000]], dtype=width)
    cost, gradient = functions(backend, width)[0](scores, np.array([1, 0], "int32"))
    np.testing.assert_allclose(cost, (2000 + np.log(3)) / 2, rtol=1e-6)
    wanted = [[0.5, -0.5, 0], [-1 / 3, 1 / 6, 1 / 6]]
    np.testing.assert_allclose(gradient, wanted, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("label", [-1, 3, 2**31 - 1, -(2**31)])
def test_labels_outside(functions, backend, label):
    """The gradient alone refuses too: training may not compute the cost."""
    given = np.zeros((2, 3)), np.array([0, label], "int32")
    for f in functions(backend):
        if backend == "JAX":
            *cost, gradient = f(*given)
            assert np.isnan(gradient).any() and np.isnan(cost).all()
            continue
        message = f"^labels run from {min(label, 0)} to {max(label, 0)} but the model has 3 classes"
        if backend == "NUMBA":
            message = "^a label is outside the classes of the model"
        with pytest.raises(InputError, match=f"{message}: labels are whole numbers from 0 to"):
            f(*given)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("rows", "labels"), [(0, 0), (5, 2), (2, 5)])
def test_batches_that_do_not_fit(functions, backend, rows, labels):
    for f in functions(backend):
        with pytest.raises(InputError, match=r"^a batch .*: give one label for each row, and at l"):
            f(np.zeros((rows, 3)), np.zeros(labels, "int32"))
