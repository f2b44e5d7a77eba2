"""The pooling layer: `dltut.nn.pool2d` with its settings kept."""

from dltut.nn import pool2d


class Pool2D:
    """One number for each window of each map; it has no parameters.

    Parameters
    ----------
    ws, stride, ignore_border, pad, mode
        As in `dltut.nn.pool2d`.

    Attributes
    ----------
    params, weights : list
        Empty.
    """

    def __init__(self, ws=(2, 2), stride=None, ignore_border=True, pad=(0, 0), mode="max"):
        self.ws, self.stride, self.pad = ws, stride, pad
        self.ignore_border, self.mode = ignore_border, mode
        self.params, self.weights = [], []

    def __call__(self, x):
        """Pooled maps, (batch, maps, out rows, out columns), of x, (batch, maps, rows, columns)."""
        return pool2d(x, self.ws, self.stride, self.ignore_border, self.pad, self.mode)
