"""The pooling layer for series: `dltut.nn.pool1d` with its settings kept."""

from typing import ClassVar

from dltut.layers.network import Network
from dltut.nn import pool1d


class Pool1D(Network):
    """One number for each window of each series; it has no parameters.

    Parameters
    ----------
    ws, stride, ignore_border, pad, mode
        As in `dltut.nn.pool1d`.

    Examples
    --------
    >>> Pool1D(2).out_shape((64, 200))
    (64, 100)
    """

    n_axes: ClassVar[int] = 2

    ws: int = 2
    stride: int | None = None
    ignore_border: bool = True
    pad: int = 0
    mode: str = "max"

    def __call__(self, x, train: bool = False):
        """Pooled series, (batch, maps, out steps), of x, (batch, maps, steps)."""
        return pool1d(x, self.ws, self.stride, self.ignore_border, self.pad, self.mode)
