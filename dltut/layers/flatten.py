"""From maps to rows of numbers."""

from math import prod

from dltut.layers.network import Network


class Flatten(Network):
    """All numbers of an example in one row, map after map; it has no parameters.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> Flatten()(pt.ones((2, 3, 4, 5))).type.shape
    (2, 60)
    """

    def __call__(self, x, train: bool = False):
        """Rows, shape (batch, n), of x, shape (batch, ...)."""
        sizes = x.type.shape[1:]
        # Not -1 in the place of the batch's size, which JAX could not know in what follows.
        return x.flatten(2) if None in sizes else x.reshape((x.shape[0], prod(sizes)))
