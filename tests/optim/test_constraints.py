"""Norms against NumPy, after the update and before the first one."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.optim import clip_gradient_norm, limit_norm, max_norm, sgd

LIMIT = 1.5


def norms(value, axes):
    return np.sqrt((value**2).sum(axis=axes))


def test_norms_are_limited_and_the_rest_is_left_alone(rng, mode, floatX):
    dense, kernels = rng.normal(size=(5, 4)), rng.normal(size=(3, 2, 2, 2))
    bias, rows = rng.normal(size=4), rng.normal(size=(4, 3))
    dense[:, 0] = 0  # a norm of 0 must not divide
    dense[:, 1] *= 1e-2
    kernels[1] *= 1e-2
    values = {"dense": dense, "kernels": kernels, "rows": rows, "bias": bias}
    params = {
        name: pytensor.shared(value.astype(floatX), name=name) for name, value in values.items()
    }
    updates = {param: 2 * param for param in params.values()}
    updates = max_norm(updates, [params["dense"], params["kernels"]], LIMIT)
    updates = max_norm(updates, [params["rows"]], LIMIT, axes=1)
    function([], updates=updates)()

    tolerance = 1e-12 if floatX == "float64" else 1e-5
    for name, axes in {"dense": 0, "kernels": (1, 2, 3), "rows": 1}.items():
        found = np.asarray(params[name].get_value())
        assert found.dtype == floatX
        before = norms(2 * values[name], axes)
        np.testing.assert_allclose(
            norms(found, axes), np.minimum(before, LIMIT), rtol=tolerance, err_msg=name
        )
        # The direction stays.
        expected = 2 * values[name] / np.maximum(np.expand_dims(before, axes), LIMIT) * LIMIT
        np.testing.assert_allclose(found, expected, rtol=tolerance, err_msg=name)
    np.testing.assert_array_equal(params["bias"].get_value(), 2 * bias.astype(floatX))


def test_norms_have_a_least(rng, floatX):
    """Short ones are made longer, whatever the limit; nothing has no direction."""
    value = np.diag([0.1, 0.7, 3.0, 0.0]).astype(floatX)
    for limit, longest in ((2.0, 2.0), (np.inf, 3.0)):
        W = pytensor.shared(value, name="W")
        updated = function([], max_norm({W: W + 0}, [W], limit, least=0.5)[W])()
        np.testing.assert_allclose(np.diag(updated), [0.5, 0.7, longest, 0], rtol=1e-6)
        assert updated.dtype == floatX
        limit_norm([W], limit, axes=-1, least=0.5)
        np.testing.assert_allclose(np.diag(W.get_value()), [0.5, 0.7, longest, 0], rtol=1e-6)
    with pytest.raises(InputError, match=r"^the norm is to be from 3 to 2: give 0 <= least <= l"):
        max_norm({W: W}, [W], 2, least=3)
    for axes in (2, (0, -2), (), "a"):
        with pytest.raises(InputError, match=r"^axes are .*: give some of the 2 axes of W"):
            limit_norm([W], 1.0, axes)


def test_initial_values_are_limited_once(rng, floatX):
    value = rng.normal(size=(6, 5)).astype(floatX)
    weights = pytensor.shared(value, name="W")
    limit_norm([weights], LIMIT)
    found = weights.get_value()
    assert found.dtype == floatX
    np.testing.assert_allclose(norms(found, 0), np.minimum(norms(value, 0), LIMIT), rtol=1e-6)
    limit_norm([weights], 100.0)
    np.testing.assert_array_equal(weights.get_value(), found)


def test_gradients_are_clipped_together(rng, mode, floatX):
    values = [rng.normal(size=shape).astype(floatX) for shape in [(3, 2), (4,)]]
    inputs = [pt.matrix("g0"), pt.vector("g1")]
    clipped = function(inputs, clip_gradient_norm(inputs, limit=1.0))
    norm = np.sqrt(sum((value**2).sum() for value in values))
    assert norm > 1
    for found, value in zip(clipped(*values), values, strict=True):
        assert found.dtype == floatX
        np.testing.assert_allclose(found, value / norm, rtol=1e-5)
    small = [value * np.asarray(1e-2, floatX) for value in values]
    for found, value in zip(clipped(*small), small, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-6)
    for found in clipped(*(0 * value for value in values)):
        assert not np.any(found)


def test_narrow_gradients_stay_narrow(floatX):
    gradients = [pt.fmatrix("g0"), pt.dvector("g1")]
    clipped = clip_gradient_norm(gradients, limit=1.0)
    assert [gradient.dtype for gradient in clipped] == ["float32", "float64"]


def test_constraints_that_cannot_be_used():
    w, b = (pytensor.shared(np.ones(shape), name=name) for name, shape in [("w", (2, 2)), ("b", 2)])
    updates = sgd((w**2).sum(), [w], 0.1)
    with pytest.raises(InputError, match=r"^parameter b is not in the updates"):
        max_norm(updates, [b], 1.0)
    with pytest.raises(InputError, match=r"^parameter b has 1 dimensions: give axes"):
        max_norm({b: b}, [b], 1.0)
    with pytest.raises(InputError, match=r"^parameter b has 1 dimensions: give axes"):
        limit_norm([b], 1.0)
    with pytest.raises(InputError, match=r"^there are no gradients to clip"):
        clip_gradient_norm([], 1.0)
    for limited in (
        lambda: max_norm(updates, [w], 0),
        lambda: limit_norm([w], 0),
        lambda: clip_gradient_norm([w], 0),
    ):
        with pytest.raises(InputError, match=r"^limit is 0; it is above 0"):
            limited()
