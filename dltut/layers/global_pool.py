"""Pooling over all places of a map."""

from typing import ClassVar

from dltut.exceptions import InputError
from dltut.layers.feature_pool import check_mode
from dltut.layers.network import Network
from dltut.nn import pool2d


class GlobalPool(Network):
    """One number for each map, wherever what it found is; it has no parameters.

    Parameters
    ----------
    mode : {"mean", "max", "sum"}

    Raises
    ------
    InputError
        If there is no such mode.

    Notes
    -----
    Where several places share a maximum, the gradient goes to the first of them alone.

    References
    ----------
    .. [1] Lin, Chen, Yan (2013), Network in network.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> GlobalPool()(pt.as_tensor([[[[1.0, 2.0], [3.0, 6.0]]]])).eval()
    array([[3.]])
    """

    n_axes: ClassVar[int] = 3

    mode: str = "mean"

    def __post_init__(self):
        check_mode(self.mode)

    def __call__(self, x, train: bool = False):
        """Numbers, (batch, maps), of maps, (batch, maps, rows, columns).

        Raises
        ------
        InputError
            If a maximum is wanted of maps whose size is not known.
        """
        if self.mode != "max":
            return x.mean((2, 3)) if self.mode == "mean" else x.sum((2, 3))
        sides = x.type.shape[2:]
        if None in sides:
            raise InputError(
                f"x has the shape {x.type.shape}, but the maximum is taken of maps whose sizes are "
                "known: give them by x.reshape((-1, maps, rows, columns))"
            )
        return pool2d(x, sides)[:, :, 0, 0]
