"""Cropping for NUMBA mode: a copy, and a copy among zeros."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.crop.op import Crop, CropGradient
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import compiled_form


@numba_njit
def first(large, small, centre):
    """The first row and column that stay; refuses maps that are too small."""
    rows, columns = large[2] - small[2], large[3] - small[3]
    if rows < 0 or columns < 0:
        raise InputError("maps cannot be cropped to a larger size: exchange the two")
    return (rows // 2, columns // 2) if centre else (0, 0)


@compiled_form(Crop)
def crop(op, node):
    """The part."""
    centre = op.centre

    @numba_njit
    def part(x, like):
        """Of x (batch, maps, rows, columns) and others the part of x that is as large."""
        top, left = first(x.shape, like.shape, centre)
        rows, columns = like.shape[2:]
        return x[:, :, top : top + rows, left : left + columns].copy()

    return part


@compiled_form(CropGradient)
def crop_gradient(op, node):
    """The gradient of all."""
    centre = op.centre

    @numba_njit
    def gradient_of_all(up, x):
        """Of up (as the part) and x the gradient (as x)."""
        top, left = first(x.shape, up.shape, centre)
        rows, columns = up.shape[2:]
        gradient = np.zeros(x.shape, dtype=x.dtype)
        for i in range(rows):
            for n in range(len(up)):
                for c in range(up.shape[1]):
                    copy_row(up[n, c, i], gradient[n, c, top + i, left : left + columns])
        return gradient

    return gradient_of_all
