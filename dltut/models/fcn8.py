"""FCN-8: a classifier of pictures, VGG-16, slid over a larger picture, with three strides."""

from collections.abc import Sequence
from dataclasses import InitVar
from itertools import pairwise
from typing import ClassVar

from dltut.exceptions import InputError
from dltut.layers import Conv2D, ConvTranspose2D, Dropout, Network
from dltut.machine.rng import Streams, seed_from
from dltut.nn import crop, init, pool2d

N_CONVOLUTIONS = (2, 2, 3, 3, 3)  # before each pool
STAGE = {"filter_flip": False, "W": init.he_normal()}


class FCN8(Network):
    """The layers of VGG-16, and from three of them scores that are upsampled and added.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights of the trunk, then those of the scores, by He's normal rule.
    image_shape : (channels, rows, columns)
        Of a picture that comes as a row. Pictures of rank 4 may have any rows and columns.
    n_out : int
        Classes.
    widths : sequence of 5 int
        Maps of the convolutions before each pool.
    n_hidden : int
        Maps of the two layers that are fully connected in VGG-16.
    pad : int or None
        Zeros around the picture, 100 in the published network, whose layer of 7 x 7 has no border:
        then pictures have at least 26 rows and columns.
        None: every convolution keeps the size, which takes far less work on small pictures.
    dropout : float
        Behind each of these two layers, while training.

    Attributes
    ----------
    trunk : list of parameters
        Those of VGG-16: they may be read from a file and left as they are.

    Raises
    ------
    InputError
        If there are other than five widths.

    Notes
    -----
    Filters are not flipped, so that weights of VGG-16 fit. Upsampling begins linear, as Long et al.
    have it; the tutorial draws it.

    References
    ----------
    .. [1] Long, Shelhamer, Darrell (2015), Fully convolutional networks for semantic segmentation.
    .. [2] Simonyan, Zisserman (2015), Very deep convolutional networks for large-scale image
       recognition.
    .. [3] Deep Learning Tutorials, Fully convolutional networks for 2D segmentation.

    Examples
    --------
    >>> import numpy as np
    >>> widths = 8, 8, 16, 16, 16
    >>> model = FCN8(np.random.RandomState(1), (3, 64, 64), 5, widths, n_hidden=32, pad=None)
    >>> [each.name for each in model.trunk][:4], model.out_shape((3, 33, 50))
    (['conv1_1.W', 'conv1_1.b', 'conv1_2.W', 'conv1_2.b'], (5, 33, 50))
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    image_shape: Sequence[int] = (3, 224, 224)
    n_out: int = 21
    widths: Sequence[int] = (64, 128, 256, 512, 512)
    n_hidden: int = 4096
    pad: int | None = 100
    dropout: float = 0.5

    def __post_init__(self, rng):
        if len(self.widths) != len(N_CONVOLUTIONS):
            raise InputError(f"widths are {self.widths}; expected five, one for each pool")
        self.stages = [
            self._stage(rng, *sizes, number, n)
            for number, (sizes, n) in enumerate(
                zip(pairwise([self.image_shape[0], *self.widths]), N_CONVOLUTIONS, strict=True), 1
            )
        ]
        border = "half" if self.pad is None else "valid"
        last = self.widths[-1]
        self.hidden = [
            Conv2D(rng, last, self.n_hidden, 7, border, name="fc6", **STAGE),
            Conv2D(rng, self.n_hidden, self.n_hidden, 1, name="fc7", **STAGE),
        ]
        sources = {"fc7": self.n_hidden, "pool4": self.widths[3], "pool3": self.widths[2]}
        self.scores = [
            Conv2D(rng, n, self.n_out, 1, activation=None, name=f"score_{name}", **STAGE)
            for name, n in sources.items()
        ]
        self.upsampling = [self._upsampling(rng, *each) for each in ((2, "2"), (2, "4"), (8, "8"))]
        self.dropped = Dropout(Streams(seed_from(rng) if self.dropout else 0), self.dropout)

    def _stage(self, rng, n_in, n_out, number, n):
        first = "half" if self.pad is None or number > 1 else self.pad
        sizes, borders = pairwise([n_in, *[n_out] * n]), [first, *["half"] * (n - 1)]
        return [
            Conv2D(rng, *each, 3, border, name=f"conv{number}_{i}", **STAGE)
            for i, (each, border) in enumerate(zip(sizes, borders, strict=True), start=1)
        ]

    def _upsampling(self, rng, factor, name):
        n, border = self.n_out, factor // 2 if self.pad is None else 0
        kind = {"W": init.bilinear(), "activation": None, "name": f"upsample{name}"}
        return ConvTranspose2D(rng, n, n, 2 * factor, border, (factor, factor), **kind)

    @property
    def trunk(self) -> list:
        """The parameters that VGG-16 has, too."""
        layers = [*(each for stage in self.stages for each in stage), *self.hidden]
        return [each for layer in layers for each in layer.params]

    def __call__(self, x, train: bool = False):
        """Scores, (batch, n_out, rows, columns), of pictures: rank 4, or (batch, pixels)."""
        x = x if x.ndim == 4 else x.reshape((-1, *self.image_shape))
        maps, pooled = x, []
        for stage in self.stages:
            for layer in stage:
                maps = layer(maps, train)
            maps = pool2d(maps, 2, ignore_border=self.pad is not None)
            pooled.append(maps)
        for layer in self.hidden:
            maps = self.dropped(layer(maps, train), train)
        of_hidden, *of_pools = self.scores
        twice, again, eightfold = self.upsampling
        scores = of_hidden(maps)
        for larger, of_pool, seen in zip((twice, again), of_pools, pooled[3:1:-1], strict=True):
            scores = self._sum(larger(scores), of_pool(seen))
        return crop(eightfold(scores), x, "start" if self.pad is None else "centre")

    def _sum(self, scores, others):
        """Scores of two layers, the larger ones cropped: by the zeros around, those of the pool."""
        if self.pad is None:
            return crop(scores, others) + others
        return scores + crop(others, scores, "centre")
