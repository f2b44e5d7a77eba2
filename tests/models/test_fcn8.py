"""FCN-8: sizes with and without the published border, the trunk, what is added."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut import function
from dltut.exceptions import InputError
from dltut.models import FCN8
from dltut.nn import pool2d, upsample2d

SMALL = {"widths": (2, 2, 3, 3, 3), "n_hidden": 4, "dropout": 0.0}


@pytest.fixture(scope="module")
def networks():
    """{zeros around: (model, its scores)}"""
    made = {}
    for pad in (None, 100):
        model, x = FCN8(np.random.RandomState(1), (1, 8, 8), 3, pad=pad, **SMALL), pt.tensor4("x")
        made[pad] = model, function([x], model(x), mode="FAST_COMPILE")
    return made


@settings(max_examples=12, deadline=None)
@given(rows=st.integers(1, 70), columns=st.integers(1, 70), pad=st.sampled_from([None, 100]))
def test_as_many_scores_as_pixels(networks, rows, columns, pad):
    model, scores = networks[pad]
    rows, columns = (n if pad is None else n + 25 for n in (rows, columns))
    x = np.ones((1, 1, rows, columns), dtype=pytensor.config.floatX)
    assert model(pt.as_tensor(x)).type.shape == scores(x).shape == (1, 3, rows, columns)


def test_published_sizes():
    """The names and shapes of VGG-16, and 134 million numbers in its trunk."""
    model = FCN8(np.random.RandomState(1), n_out=2, n_hidden=64)  # 4096 are too many to draw here
    shapes = {each.name: each.get_value(borrow=True).shape for each in model.params}
    assert shapes["conv1_1.W"] == (64, 3, 3, 3) and shapes["conv5_3.W"] == (512, 512, 3, 3)
    assert shapes["fc6.W"] == (64, 512, 7, 7) and shapes["fc7.W"] == (64, 64, 1, 1)
    assert shapes["upsample8.W"] == (2, 2, 16, 16) and shapes["score_pool3.W"] == (2, 256, 1, 1)
    assert [each.name for each in model.trunk] == list(shapes)[: 2 * 15]


def test_the_three_sources_are_added(networks, rng):
    """With all scores 0 but those of one pool, the answer is this pool's, upsampled linearly."""
    model, scores = networks[None]
    kept = [each.get_value() for each in model.params]
    for layer in (model.scores[0], model.scores[2]):
        layer.W.set_value(0 * layer.W.get_value())
    x = rng.normal(size=(1, 1, 64, 64)).astype(pytensor.config.floatX)
    maps = pt.as_tensor(x)
    for stage in model.stages[:4]:
        for layer in stage:
            maps = layer(maps)
        maps = pool2d(maps, 2)
    of_pool = model.scores[1](maps)
    wanted = upsample2d(upsample2d(of_pool, 2, "bilinear"), 8, "bilinear")
    found, wanted = scores(x), wanted.eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(
        found[:, :, 24:-24, 24:-24], wanted[:, :, 24:-24, 24:-24], rtol=1e-3, atol=1e-4
    )
    for each, values in zip(model.params, kept, strict=True):
        each.set_value(values)


def test_refusals(rng):
    with pytest.raises(InputError, match=r"^widths are \(1, 2\); expected five, one for each pool"):
        FCN8(rng, widths=(1, 2))
