"""LeNet: its shapes, its parameters, both forms of its input."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.models import LeNet
from dltut.nn import conv2d


def test_shapes_and_parameters(floatX):
    """24, 12, 8, 4, 800: what the tutorial counts (B7)."""
    model = LeNet(np.random.RandomState(23455))
    assert sum(each.get_value().size for each in model.params) == 431_080
    first, second, hidden, output = model.layers
    x = pt.alloc(pt.constant(0.5, dtype=floatX), 2, 1, 28, 28)
    maps = first(x)
    shapes = [conv2d(x, first.W), maps, conv2d(maps, second.W), second(maps)]
    found = function([], [each.shape for each in shapes], mode="FAST_COMPILE")()
    assert [each.tolist() for each in found] == [
        [2, 20, 24, 24], [2, 20, 12, 12], [2, 50, 8, 8], [2, 50, 4, 4]
    ]  # fmt: skip
    assert hidden.W.get_value().shape == (800, 500) and output.W.get_value().shape == (500, 10)
    assert [each.name for each in model.weights] == ["conv0.W", "conv1.W", "hidden.W", "output.W"]
    for layer, bound in ((first, 0.2), (second, 0.08596)):
        assert 0.98 * bound < np.abs(layer.W.get_value()).max() <= 1.0001 * bound
    assert not output.W.get_value().any() and model.n_in == 784


def test_rows_and_pictures_are_the_same(rng):
    model = LeNet(rng, (2, 9, 8), n_kernels=(3,), n_hidden=4, n_out=5, kernel_size=2, pool_size=3)
    model.layers[-1].W.set_value(rng.normal(size=(4, 5)).astype(model.layers[-1].W.dtype))
    rows = rng.normal(size=(6, 2 * 9 * 8))
    x, pictures = pt.as_tensor(rows), pt.as_tensor(rows.reshape(6, 2, 9, 8))
    one, other = function([], [model(x), model(pictures)], mode="FAST_COMPILE")()
    assert one.shape == (6, 5) and np.ptp(one) > 0
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"image_shape": (1, 9, 9)},
            r"pictures shrink to nothing in 2 layers of \(5, 5\) filters and",
        ),
        (
            {"image_shape": (28, 28)},
            r"image_shape is \(28, 28\) and n_kernels .*; expected \(channels",
        ),
        ({"n_kernels": ()}, r"image_shape is \(1, 28, 28\) and n_kernels \(\); expected"),
        ({"kernel_size": 0}, "kernel_size is 0; it is one or two whole numbers of at least 1"),
        ({"pool_size": (2, 2, 2)}, r"pool_size is \(2, 2, 2\); it is one or two"),
    ],
)
def test_refusals(arguments, message, rng):
    with pytest.raises(InputError, match=rf"^{message}"):
        LeNet(rng, **arguments)
