"""Steps as rows, and back, on every backend; a product of them in between."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.steps import AsRows, AsSteps, RealRows, RealSteps


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_a_product_of_all_steps_and_its_gradients(backend, rng):
    x, W = pt.tensor3("x", dtype="float64"), pt.matrix("W", dtype="float64")
    sums = AsSteps()(AsRows()(x) @ W, x)
    cost = (pt.arange(2.0) * pt.sqr(sums)).sum()
    f = function([x, W], [sums, *pytensor.grad(cost, [x, W])], mode=backend)
    for time, batch in ((3, 5), (1, 1), (0, 4), (4, 0)):
        steps, weights = (
            rng.normal(size=(batch, time, 4)).transpose(1, 0, 2),
            rng.normal(size=(4, 2)),
        )
        found, by_x, by_W = f(steps, weights)
        wanted = steps @ weights
        up = 2 * wanted * np.arange(2.0)
        np.testing.assert_allclose(found, wanted)
        np.testing.assert_allclose(by_x, up @ weights.T)
        np.testing.assert_allclose(by_W, np.einsum("tbi,tbj->ij", steps, up))


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_padding_is_left_out_and_its_gradient_is_zero(backend, rng):
    x, W = pt.tensor3("x", dtype="float64"), pt.matrix("W", dtype="float64")
    mask = pt.matrix("mask", dtype="bool")
    rows = RealRows()(x, mask)
    sums = RealSteps()(rows @ W, mask)
    cost = (pt.arange(2.0) * pt.sqr(sums)).sum()
    f = function([x, W, mask], [rows, sums, *pytensor.grad(cost, [x, W])], mode=backend)
    for time, batch in ((3, 5), (1, 1), (0, 4), (4, 0)):
        steps, weights = rng.normal(size=(time, batch, 4)), rng.normal(size=(4, 2))
        is_real = rng.random((time, batch)) < 0.6
        padded = np.where(is_real[:, :, None], steps, np.nan)  # which touches nothing
        rows, found, by_x, by_W = f(padded, weights, is_real)
        wanted = steps @ weights * is_real[:, :, None]
        up = 2 * wanted * np.arange(2.0)
        if backend != "JAX":
            np.testing.assert_array_equal(rows, steps[is_real])
        np.testing.assert_allclose(found, wanted)
        np.testing.assert_allclose(by_x, up @ weights.T)
        np.testing.assert_allclose(by_W, np.einsum("tbi,tbj->ij", steps, up))


def test_static_shapes():
    x = pt.tensor("x", shape=(3, None, 4), dtype="float64")
    assert AsRows()(x).type.shape == (None, 4)
    assert AsSteps()(AsRows()(x), x).type.shape == (3, None, 4)
    assert AsRows()(pt.zeros((3, 2, 4))).type.shape == (6, 4)
