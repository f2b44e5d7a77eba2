"""The U-Net: a class for each pixel, from what is around it at every scale."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar
from itertools import pairwise
from numbers import Integral
from typing import ClassVar

from dltut.exceptions import InputError
from dltut.layers import Conv2D, ConvTranspose2D, Dropout, Network
from dltut.machine.rng import Streams, seed_from
from dltut.nn import concatenate, init, pool2d


class TwoConvolutions(Network):
    """Two convolutions of 3 x 3 that keep the size.

    Parameters
    ----------
    rng : RandomState or Generator
    n_in, n_out : int
    activation : callable or str
    batch_norm : bool
        Whether each is normalised before its activation.
    name : str
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    n_in: int
    n_out: int
    activation: Callable | str = "elu"
    batch_norm: bool = True
    name: str = ""

    def __post_init__(self, rng):
        kind = {"border_mode": "half", "W": init.he_normal(), "activation": self.activation}
        kind |= {"batch_norm": self.batch_norm}
        self.convolutions = [
            Conv2D(rng, *sizes, name=f"{self.name}_{i}", **kind)
            for i, sizes in enumerate(pairwise([self.n_in, self.n_out, self.n_out]), start=1)
        ]

    def __call__(self, x, train: bool = False):
        """Maps, (batch, n_out, rows, columns), of maps (batch, n_in, rows, columns)."""
        for layer in self.convolutions:
            x = layer(x, train)
        return x


class UNet(Network):
    r"""Down to small maps of large things, up again, and across what the way down has seen.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights by He's normal rule, on the way down, then on the way up.
    image_shape : (channels, rows, columns)
        Of a picture that comes as a row. Pictures of rank 4 may have any rows and columns.
    n_out : int
        Classes.
    n_filters : int
        Maps at full size; they double with every step down.
    depth : int
        Steps down, each of which halves rows and columns.
    widths : sequence of int, optional
        Maps at each size instead, depth + 1 of them.
    dropout : float
        Share of the smallest maps that is dropped while training.
    activation : callable or str
    batch_norm : bool
        Whether every convolution but the last is normalised before its activation.

    Raises
    ------
    InputError
        If there are no steps, or other than depth + 1 widths.

    Notes
    -----
    Scores have the rows and columns of the picture, even or odd: a pool takes a last single row as
    a window of its own, and what is doubled again is cut to the size of the maps that it meets. The
    tutorial's drops that row and cuts what it meets, so that 9 x 9 pixels have 8 x 8 answers.

    Ronneberger's network has no zeros around the maps and none of the normalisation, which the
    tutorial has. Where few pictures, unlike each other, make a minibatch, means and variances
    change with the pictures, and how bright one is gets lost: leave it out. As in the tutorial, the
    maps that are doubled stay as many; the convolution behind makes them fewer.

    References
    ----------
    .. [1] Ronneberger, Fischer, Brox (2015), U-Net: convolutional networks for biomedical image
       segmentation.
    .. [2] Deep Learning Tutorials, U-Net.

    Examples
    --------
    >>> import numpy as np
    >>> model = UNet(np.random.RandomState(1), (1, 64, 64), n_out=2, n_filters=16, depth=3)
    >>> model.widths, sum(each.get_value().size for each in model.params)
    ([16, 32, 64, 128], 574194)
    >>> model.out_shape((1, 33, 50))
    (2, 33, 50)
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    image_shape: Sequence[int] = (1, 128, 128)
    n_out: int = 2
    n_filters: int = 64
    depth: int = 4
    widths: Sequence[int] | None = None
    dropout: float = 0.0
    activation: Callable | str = "elu"
    batch_norm: bool = True

    def __post_init__(self, rng):
        self.widths = self._checked_widths()
        *shallow, deepest = self.widths
        sizes = pairwise([self.image_shape[0], *shallow])
        self.down = [self._block(rng, *each, f"down{i}") for i, each in enumerate(sizes)]
        self.bottom = self._block(rng, shallow[-1], deepest, "bottom")
        self.up, self.joined = [], []
        for i, (n_in, n_out) in reversed([*enumerate(zip(self.widths[1:], shallow, strict=True))]):
            kind = {"activation": self.activation, "W": init.he_normal()}
            kind |= {"batch_norm": self.batch_norm}
            self.up.append(ConvTranspose2D(rng, n_in, n_in, name=f"up{i}", **kind))
            self.joined.append(self._block(rng, n_in + n_out, n_out, f"joined{i}"))
        kind = {"activation": None, "W": init.he_normal(), "name": "output"}
        self.output = Conv2D(rng, shallow[0], self.n_out, 1, **kind)
        self.dropped = Dropout(Streams(seed_from(rng) if self.dropout else 0), self.dropout)

    def _checked_widths(self) -> list[int]:
        whole = isinstance(self.depth, Integral) and self.depth >= 1
        widths = self.widths
        if widths is None and whole:
            widths = [self.n_filters * 2**i for i in range(self.depth + 1)]
        if not whole or len(widths) != self.depth + 1:
            raise InputError(
                f"depth is {self.depth} and widths {self.widths}; expected one step down or more, "
                "and the maps of each size: one more than there are steps"
            )
        return list(widths)

    def _block(self, rng, n_in, n_out, name):
        return TwoConvolutions(rng, n_in, n_out, self.activation, self.batch_norm, name)

    def __call__(self, x, train: bool = False):
        """Scores, (batch, n_out, rows, columns), of pictures: rank 4, or (batch, pixels)."""
        maps, passed = x if x.ndim == 4 else x.reshape((-1, *self.image_shape)), []
        for block in self.down:
            maps = block(maps, train)
            passed.append(maps)
            maps = pool2d(maps, 2, ignore_border=False)
        maps = self.bottom(self.dropped(maps, train), train)
        for up, block in zip(self.up, self.joined, strict=True):
            maps = block(concatenate([up(maps, train), passed.pop()]), train)
        return self.output(maps, train)
