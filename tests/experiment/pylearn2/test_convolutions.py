"""What the convolutions of Pylearn2 become: shapes, first weights, norms, rates."""

import numpy as np
import pytest

from dltut.exceptions import InputError

PICTURES = "input_space: !p:space.Conv2DSpace {shape: [28, 28], num_channels: 1}"
CONV = """!p:models.mlp.ConvRectifiedLinear {layer_name: %s, output_channels: 64, irange: .05,
    kernel_shape: [5, 5], pool_shape: [4, 4], pool_stride: [2, 2], max_kernel_norm: 1.9365}"""


def test_the_convolutional_net_of_the_slides(network):
    top = "!p:models.mlp.Softmax {layer_name: y, n_classes: 10, istdev: .05, max_col_norm: 1.9365}"
    model = network(CONV % "h0", CONV % "h1", size=PICTURES, top=top)
    shape, sides = (1, 28, 28), []
    for layer in model.layers[:-1]:
        shape = layer.out_shape(shape)
        sides.append(shape[1])
    assert sides == [24, 11, 7, 3] and np.prod(shape) == 576
    shapes = {each.name: each.get_value().shape for each in model.params}
    assert shapes == {
        "h0.W": (64, 1, 5, 5),
        "h0.b": (64, 24, 24),  # untied
        "h1.W": (64, 64, 5, 5),
        "h1.b": (64, 7, 7),
        "y.W": (576, 10),
        "y.b": (10,),
    }
    assert sum(np.prod(each) for each in shapes.values()) == 149_770
    assert abs(model.layers[0].W.get_value()).max() <= 0.05
    norms = np.sqrt((model.layers[2].W.get_value() ** 2).sum(axis=(1, 2, 3)))
    assert norms.max() <= 1.9365 * (1 + 1e-6)
    limits = {param.name: most for param, (_, most, _) in model.limits.items()}
    assert limits == dict.fromkeys(["h0.W", "h1.W", "y.W"], 1.9365)


def test_maps_of_maxout(network):
    layer = """!p:models.maxout.MaxoutConvC01B {layer_name: h, num_channels: 6, num_pieces: 2,
        kernel_shape: [8, 8], pad: 2, pool_shape: [4, 4], pool_stride: [2, 2], irange: .005,
        max_kernel_norm: .9, W_lr_scale: .05, b_lr_scale: .05}"""
    model = network(layer, size=PICTURES)
    assert [each.name for each in model.params][:2] == ["h.W", "h.b"]
    assert model.layers[0].W.get_value().shape == (12, 1, 8, 8)
    shape = (1, 28, 28)
    for each in model.layers[:-1]:
        shape = each.out_shape(shape)
    assert shape == (6, 12, 12)  # 28 + 4 - 7 = 25, then ceil((25 - 4) / 2) + 1


def test_kernels_have_two_sides(network):
    with pytest.raises(InputError, match=r"kernel_shape is \[5\]; expected \[rows, colu"):
        network((CONV % "h").replace("[5, 5]", "[5]"), size=PICTURES)
