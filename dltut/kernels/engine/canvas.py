"""Pictures with their channels last, and zeros around them: a pixel is one piece of memory.

A *canvas* is (rows, columns, channels) in a row, larger than the picture; some more numbers lie
behind it, since what reads and writes it takes whole vectors.
"""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.turned import transpose
from dltut.kernels.engine.vectors import BYTES


@numba_njit
def new_canvas(rows, columns, channels, like):
    """A canvas of an array's type that is all 0."""
    return np.zeros(rows * columns * channels + BYTES // like.itemsize, like.dtype)


@numba_njit
def draw(picture, sides, place, width, inner, canvas):
    """Lay a picture on a canvas.

    Parameters
    ----------
    picture, inner : array, shape (channels * rows * columns,)
        The second one is room for the picture with its channels last.
    sides : (channels, rows, columns)
    place : (row, column)
        Of its first pixel on the canvas.
    width : int
        Columns of the canvas.
    canvas : array
    """
    channels, rows, columns = sides
    n = columns * channels
    transpose(picture, channels, rows * columns, inner)
    for r in range(rows):
        at = ((place[0] + r) * width + place[1]) * channels
        copy_row(inner[r * n : (r + 1) * n], canvas[at : at + n])


@numba_njit
def cut(canvas, sides, place, width, inner, picture):
    """Take a picture from a canvas: the reverse of `draw`, with the same arguments."""
    channels, rows, columns = sides
    n = columns * channels
    for r in range(rows):
        at = ((place[0] + r) * width + place[1]) * channels
        copy_row(canvas[at : at + n], inner[r * n : (r + 1) * n])
    transpose(inner, rows * columns, channels, picture)
