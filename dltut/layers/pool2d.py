"""The pooling layer: `dltut.nn.pool2d` with its settings kept."""

from typing import ClassVar

from dltut.layers.network import Network
from dltut.nn import pool2d


class Pool2D(Network):
    """One number for each window of each map; it has no parameters.

    Parameters
    ----------
    ws, stride, ignore_border, pad, mode
        As in `dltut.nn.pool2d`.
    """

    n_axes: ClassVar[int] = 3

    ws: int | tuple[int, int] = (2, 2)
    stride: int | tuple[int, int] | None = None
    ignore_border: bool = True
    pad: int | tuple[int, int] = (0, 0)
    mode: str = "max"

    def __call__(self, x, train: bool = False):
        """Pooled maps, (batch, maps, out rows, out columns), of x, (batch, maps, rows, columns)."""
        return pool2d(x, self.ws, self.stride, self.ignore_border, self.pad, self.mode)
