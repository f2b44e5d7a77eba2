"""Pooling over groups of features and of maps, beside loops."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import FeaturePool


def loops(x, up, k, mode):
    """The pooled features, and the gradient of x when `up` is theirs."""
    n_groups = x.shape[1] // k
    out, gradient = np.zeros((len(x), n_groups, *x.shape[2:])), np.zeros_like(x)
    for i, group, *place in np.ndindex(out.shape):
        values = [x[i, group * k + piece, *place] for piece in range(k)]
        shares = {"sum": [1] * k, "mean": [1 / k] * k, "max": np.eye(k)[np.argmax(values)]}[mode]
        out[i, group, *place] = max(values) if mode == "max" else np.dot(values, shares)
        for piece in range(k):
            gradient[i, group * k + piece, *place] = shares[piece] * up[i, group, *place]
    return out, gradient


@pytest.mark.parametrize("floatX", ["float32"], indirect=True)
def test_loops(mode, floatX, rng):
    """Rows and maps, all modes in one function; among them ties."""
    cases, outputs = [], []
    for shape in ((4, 6), (2, 6, 2, 3)):
        x = np.round(rng.normal(size=shape))
        up = rng.normal(size=(shape[0], 2, *shape[2:]))
        for kind in ("max", "mean", "sum"):
            given = pt.as_tensor(x.astype(floatX))
            pooled = FeaturePool(3, kind)(given)
            known = {pooled: pt.as_tensor(up.astype(floatX))}
            outputs += [pooled, pytensor.grad(None, given, known_grads=known)]
            cases += loops(x, up, 3, kind)
    for found, wanted in zip(function([], outputs)(), cases, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_refusals():
    with pytest.raises(InputError, match=r"^there is no pooling mode 'maxx': did you mean max"):
        FeaturePool(2, "maxx")
    with pytest.raises(InputError, match=r"^7 features do not make groups of 2: let one divide"):
        FeaturePool(2)(pt.zeros((3, 7)))
    with pytest.raises(InputError, match=r"^pool_size is 0; it counts features: a whole number"):
        FeaturePool(0)
    assert FeaturePool(2).out_shape((6, 3, 4)) == (3, 3, 4)
