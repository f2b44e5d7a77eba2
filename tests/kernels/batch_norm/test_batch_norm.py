"""The fused normalisation beside NumPy and finite differences, on every backend."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.batch_norm import ACTIVATIONS, Normalised


def by_hand(x, gamma, beta, activation, epsilon):
    axes = (0, *range(2, x.ndim))
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    across = (1, -1, *[1] * (x.ndim - 2))
    y = gamma.reshape(across) * (x - mean) / np.sqrt(variance + epsilon) + beta.reshape(across)
    if activation == "relu":
        y = np.maximum(y, 0)
    elif activation == "elu":
        y = np.where(y > 0, y, np.exp(np.minimum(y, 0)) - 1)
    return y, mean.ravel(), variance.ravel()


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_numpy_and_one_another(backend, floatX, rng):
    """All activations in one function, pictures and series; gradients beside the plain graph's."""
    x, gamma, beta = pt.tensor4("x"), pt.vector("gamma"), pt.vector("beta")
    up, outputs = pt.tensor4("up"), []
    for activation in ACTIVATIONS:
        y, mean, variance = Normalised(1e-3, activation)(x, gamma, beta)
        wanted = [x, gamma, beta]
        outputs += [y, mean, variance, *pytensor.grad(None, wanted, known_grads={y: up})]
    f = function([x, gamma, beta, up], outputs, mode=backend)
    tight = {"rtol": 1e-3, "atol": 1e-4} if floatX == "float32" else {"rtol": 1e-9, "atol": 1e-10}
    for shape in ((4, 3, 5, 2), (1, 1, 1, 2), (2, 5, 1, 1)):
        values = [rng.normal(3, 2, size=shape), *rng.normal(1, 0.5, size=(2, shape[1]))]
        values.append(rng.normal(size=shape))
        found = f(*(each.astype(floatX) for each in values))
        for k, activation in enumerate(ACTIVATIONS):
            part = found[6 * k : 6 * k + 6]
            assert {each.dtype for each in part} == {np.dtype(floatX)}
            for one, other in zip(part, by_hand(*values[:3], activation, 1e-3), strict=False):
                np.testing.assert_allclose(one, other, **tight)
            differences = central(values, activation)
            for one, other in zip(part[3:], differences, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-2, atol=2e-3)


def central(values, activation):
    """Central differences of the sum of y * up by x, gamma and beta."""
    gradients = []
    for which in range(3):
        gradient = np.zeros_like(values[which])
        for at in np.ndindex(gradient.shape):
            costs = []
            for change in (1e-6, -1e-6):
                moved = [each.copy() for each in values[:3]]
                moved[which][at] += change
                costs.append((by_hand(*moved, activation, 1e-3)[0] * values[3]).sum())
            gradient[at] = (costs[0] - costs[1]) / 2e-6
        gradients.append(gradient)
    return gradients


def test_mean_and_variance_have_gradients(rng):
    def both(x, gamma, beta):
        y, mean, variance = Normalised(1e-3, "elu")(x, gamma, beta)
        return pt.concatenate([(y**2).mean((0, 2)), mean**2, variance * mean])

    assert_gradient(both, rng.normal(size=(2, 2, 3)), *rng.normal(size=(2, 2)))


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA"])
def test_channels_that_do_not_fit(backend):
    x, gamma = pt.dtensor3("x"), pt.dvector("gamma")
    f = function([x, gamma], Normalised(1e-3, "relu")(x, gamma, gamma), mode=backend)
    with pytest.raises(InputError, match=r"^maps .*one .*for each"):
        f(np.zeros((2, 3, 4)), np.ones(2))
