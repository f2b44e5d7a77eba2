"""The upsampling layer: `dltut.nn.upsample2d` with its settings kept."""

from typing import ClassVar

from dltut.layers.network import Network
from dltut.nn import upsample2d


class Upsample2D(Network):
    """Maps made larger by whole factors; it has no parameters.

    Parameters
    ----------
    factor, mode
        As in `dltut.nn.upsample2d`.

    Examples
    --------
    >>> Upsample2D(2, "bilinear").out_shape((64, 9, 7))
    (64, 18, 14)
    """

    n_axes: ClassVar[int] = 3

    factor: int | tuple[int, int] = (2, 2)
    mode: str = "repeat"

    def __call__(self, x, train: bool = False):
        """Larger maps of x, (batch, maps, rows, columns)."""
        return upsample2d(x, self.factor, self.mode)
