"""``theano.tensor.nnet.neighbours``: windows of pictures as rows."""

import numpy as np
import pytensor.tensor as pt

from dltut.theano.names import passed_on
from dltut.theano.tensor.allocation import filled


def images2neibs(ten4, neib_shape, neib_step=None, mode="valid"):
    """Every window of every picture as a row.

    Parameters
    ----------
    ten4 : tensor4
    neib_shape, neib_step : pair of int
    mode : {"valid", "ignore_borders", "half", "full", "wrap_centered"}
    """
    x = pt.as_tensor_variable(ten4)
    sides = [int(neib_shape[0]), int(neib_shape[1])]
    steps = sides if neib_step is None else [int(neib_step[0]), int(neib_step[1])]
    x = _around(x, sides, mode)
    starts = [
        pt.arange(0, x.shape[axis] - side + 1, step)
        for axis, side, step in zip((2, 3), sides, steps, strict=True)
    ]
    rows = starts[0][:, None] + pt.arange(sides[0])
    columns = starts[1][:, None] + pt.arange(sides[1])
    windows = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    return windows.reshape((-1, sides[0] * sides[1]), ndim=2)


def _around(x, sides, mode: str):
    if mode in ("valid", "ignore_borders"):
        return x
    if mode == "wrap_centered":
        index = [
            pt.arange(-(side // 2), x.shape[axis] + side // 2) % x.shape[axis]
            for axis, side in zip((2, 3), sides, strict=True)
        ]
        return x[:, :, index[0][:, None], index[1][None, :]]
    pads = [side // 2 if mode == "half" else side - 1 for side in sides]
    return pt.pad(x, [(0, 0), (0, 0), *((p, p) for p in pads)])


def neibs2images(neibs, neib_shape, original_shape, mode="valid"):
    """Pictures of windows that lie side by side.

    Parameters
    ----------
    neibs : matrix
    neib_shape : pair of int
    original_shape : sequence of four int
    mode : {"valid", "ignore_borders"}
    """
    rows, columns = int(neib_shape[0]), int(neib_shape[1])
    n, maps, height, width = (original_shape[axis] for axis in range(4))
    grid = neibs.reshape((n, maps, height // rows, width // columns, rows, columns), ndim=6)
    whole = grid.dimshuffle(0, 1, 2, 4, 3, 5)
    whole = whole.reshape((n, maps, height // rows * rows, width // columns * columns), ndim=4)
    if mode == "valid":
        return whole
    zeros = filled(np.array(0, whole.dtype), (n, maps, height, width))
    return pt.set_subtensor(zeros[:, :, : whole.shape[2], : whole.shape[3]], whole)


__getattr__ = passed_on(__name__)
