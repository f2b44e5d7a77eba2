"""The 1-D FCN: the order within a block, lengths that stay, refusals."""

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut import function
from dltut.exceptions import InputError
from dltut.models import FCN1D

SMALL = {"shape": (9, 2), "n_out": 3, "n_filters": 4, "kernel_size": 5, "depth": 2}


@settings(max_examples=20, deadline=None)
@given(steps=st.integers(1, 30))
def test_as_many_scores_as_steps(steps):
    model = FCN1D(np.random.RandomState(1), **SMALL)
    assert model(pt.zeros((2, steps, 2))).type.shape == (2, 3, steps)
    assert model(pt.zeros((2, 18))).type.shape == (2, 3, 9)


@pytest.mark.parametrize("block", ["bn_relu_conv", "conv_bn_relu"])
def test_numpy(block, rng):
    """Which of the three comes first: the published block begins with the normalisation."""
    model = FCN1D(rng, **SMALL, block=block)
    x = rng.normal(2, 3, size=(4, 9, 2))
    found = function([], model(pt.as_tensor(x), train=True), mode="FAST_COMPILE")()
    values = {each.name: each.get_value().astype(float) for each in model.params}

    def normalised(maps):
        mean, spread = (f(maps, axis=(0, 2), keepdims=True) for f in (np.mean, np.var))
        return np.maximum((maps - mean) / np.sqrt(spread + 1e-4), 0)

    def convolved(maps, name):
        W, b = values[f"{name}.W"], values[f"{name}.b"]
        rim = W.shape[2] // 2
        full = np.array([[sum(map(np.convolve, s, m)) for m in W] for s in maps])
        return full[:, :, rim : rim + maps.shape[2]] + b[:, None]

    maps = x.transpose(0, 2, 1)
    for i in range(2):
        if block == "bn_relu_conv":
            maps = convolved(normalised(maps), f"block{i}")
        else:
            maps = normalised(convolved(maps, f"block{i}"))
    np.testing.assert_allclose(found, convolved(maps, "output"), rtol=1e-3, atol=1e-4)


def test_published_sizes():
    model = FCN1D(np.random.RandomState(1))
    shapes = [each.get_value(borrow=True).shape for each in model.weights]
    assert shapes == [(64, 2, 25), *[(64, 64, 25)] * 7, (7, 64, 1)]


def test_refusals(rng):
    for wrong in ({"kernel_size": 24}, {"depth": 0}):
        with pytest.raises(InputError, match=r"^\d blocks of filters of \d+ steps; expected one"):
            FCN1D(rng, **wrong)
    with pytest.raises(InputError, match=r"^there is no block 'bn_conv_relu': "):
        FCN1D(rng, block="bn_conv_relu")
