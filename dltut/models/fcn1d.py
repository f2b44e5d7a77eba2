"""A convolutional network that says something of every step of a series."""

from collections.abc import Sequence
from dataclasses import InitVar
from typing import ClassVar

from dltut.exceptions import InputError, nearest
from dltut.layers import BatchNorm, Conv1D, Network
from dltut.nn.activations import relu

BLOCKS = ("bn_relu_conv", "conv_bn_relu")


class FCN1D(Network):
    """Blocks of normalisation, rectifier and convolution, all of one length, and a score a class.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the filters, first block first.
    shape : (steps, channels)
        Of a series that comes as a row. Those of rank 3, (batch, steps, channels), may have any
        number of steps.
    n_out : int
        Classes.
    n_filters : int
        Maps of every block.
    kernel_size : int
        Steps that a filter sees, an odd number.
    depth : int
        Blocks.
    block : {"bn_relu_conv", "conv_bn_relu"}
        What a block does first: the published network normalises its input.

    Raises
    ------
    InputError
        If the filters are even, there are no blocks, or they are of no such kind.

    Notes
    -----
    Eight filters of 25 see 193 steps, nearly all of a ray of 200, without any pool.

    References
    ----------
    .. [1] Deep Learning Tutorials, Network for 1D segmentation.

    Examples
    --------
    >>> import numpy as np
    >>> model = FCN1D(np.random.RandomState(1))
    >>> [each.name for each in model.params][:4]
    ['block0.gamma', 'block0.beta', 'block0.W', 'block0.b']
    >>> sum(each.get_value().size for each in model.params)
    721867
    """

    n_axes: ClassVar[int] = 2

    rng: InitVar
    shape: Sequence[int] = (200, 2)
    n_out: int = 7
    n_filters: int = 64
    kernel_size: int = 25
    depth: int = 8
    block: str = "bn_relu_conv"

    def __post_init__(self, rng):
        if self.kernel_size % 2 == 0 or self.depth < 1:
            raise InputError(
                f"{self.depth} blocks of filters of {self.kernel_size} steps; expected one or "
                "more, and filters with a middle: an odd number"
            )
        if self.block not in BLOCKS:
            raise InputError(f"there is no block {self.block!r}: {nearest(self.block, BLOCKS)}")
        is_first = self.block == "bn_relu_conv"  # whether the block normalises what it gets
        self.blocks, n_in, n = [], self.shape[1], self.n_filters
        for i in range(self.depth):
            kind = {"border_mode": "half", "activation": None, "name": f"block{i}"}
            normal = BatchNorm(n_in if is_first else n, name=f"block{i}")
            convolution = Conv1D(rng, n_in, n, self.kernel_size, **kind)
            self.blocks.append([normal, convolution] if is_first else [convolution, normal])
            n_in = n
        self.output = Conv1D(rng, n, self.n_out, 1, activation=None, name="output")

    def __call__(self, x, train: bool = False):
        """Scores, (batch, n_out, steps), of series: rank 3, or (batch, steps * channels)."""
        maps = x if x.ndim == 3 else x.reshape((-1, *self.shape))
        maps = maps.dimshuffle(0, 2, 1)  # (batch, channels, steps)
        for first, second in self.blocks:
            if self.block == "bn_relu_conv":
                maps = second(first(maps, train, relu), train)
            else:
                maps = second(first(maps, train), train, relu)
        return self.output(maps, train)
