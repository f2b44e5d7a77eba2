"""Pooling over features or maps instead of over places."""

from functools import reduce

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError, nearest
from dltut.layers.network import Network
from dltut.machine.checks import check_counts

MODES = ("max", "mean", "sum")


class FeaturePool(Network):
    """One number for each group of neighbouring features or maps; it has no parameters.

    Parameters
    ----------
    pool_size : int
        Features, or maps, in a group.
    mode : {"max", "mean", "sum"}

    Raises
    ------
    InputError
        If there is no such mode or group; when called, if the features do not make whole groups.

    Notes
    -----
    Where several share a maximum, the gradient goes to the first of them alone.

    Examples
    --------
    >>> FeaturePool(2)(pt.as_tensor([[3.0, 1.0, 4.0, 1.0, 5.0, 9.0]])).eval()
    array([[3., 4., 9.]])
    """

    pool_size: int
    mode: str = "max"

    def __post_init__(self):
        check_mode(self.mode)
        check_counts("features", pool_size=self.pool_size)

    def __call__(self, x, train: bool = False):
        """Pooled features, (batch, n // pool_size, ...), of x, (batch, n, ...).

        Raises
        ------
        InputError
            If n is known and no multiple.
        """
        x = pt.as_tensor(x)
        n = x.type.shape[1]
        if n is not None and n % self.pool_size:
            raise InputError(
                f"{n} features do not make groups of {self.pool_size}: let one divide the other"
            )
        pieces = [x[:, first :: self.pool_size] for first in range(self.pool_size)]
        if self.mode == "max":
            return reduce(lambda a, b: pt.switch(a >= b, a, b), pieces)
        total = sum(pieces)
        return total if self.mode == "sum" else total / np.asarray(self.pool_size, total.dtype)


def check_mode(mode: str) -> None:
    """Refuse a mode that is none.

    Raises
    ------
    InputError
        With the nearest mode.
    """
    if mode not in MODES:
        raise InputError(f"there is no pooling mode {mode!r}: {nearest(mode, MODES)}")
