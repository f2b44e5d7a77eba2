"""Shapes and numbers of parameters of a LeNet, layer by layer, without building it."""

import numpy as np

from dltut.models import LeNet


def sizes(image_shape=(1, 28, 28), n_kernels=(20, 50), n_hidden=500, n_out=10, kernel=5, pool=2):
    """A row for each layer: its output's shape and its number of parameters."""
    channels, rows, columns = image_shape
    table = []
    for n_maps in n_kernels:
        n_parameters = n_maps * channels * kernel**2 + n_maps
        rows, columns = ((side - kernel + 1) // pool for side in (rows, columns))
        channels = n_maps
        table.append(((channels, rows, columns), n_parameters))
    n_features = channels * rows * columns
    table.append(((n_hidden,), n_features * n_hidden + n_hidden))
    table.append(((n_out,), n_hidden * n_out + n_out))
    return table


for shape, n_parameters in sizes():
    print(f"{shape!s:14} {n_parameters:8,}")

for image_shape in ((1, 28, 28), (3, 32, 32)):
    model = LeNet(np.random.RandomState(0), image_shape)
    counted = sum(param.get_value().size for param in model.params)
    assert counted == sum(n for _, n in sizes(image_shape))
assert sum(n for _, n in sizes()) == 431_080
