"""The convolution layer without a pool."""

from collections.abc import Callable

from dltut.layers.parameter import joined, owned, parameter
from dltut.nn import conv2d, init
from dltut.nn.activations import activation as activation_of
from dltut.nn.pair import pair


class Conv2D:
    r"""A bank of filters over a batch of pictures: :math:`s(x * W + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Channels of the pictures and maps made of them.
    kernel_size : int or pair of int
        Rows and columns of a filter.
    border_mode, subsample, filter_flip
        As in `dltut.nn.conv2d`.
    W : array, shared variable or initializer, optional
        Shape ``(n_out, n_in, *kernel_size)``. Default: Glorot's uniform rule.
    b : array, shared variable or initializer, optional
        Shape (n_out,), one for each map. Default zeros.
    activation : callable or str, optional
        Default: rectifier.
    name : str
        Prefix of the parameters' names.

    Attributes
    ----------
    params : list
        [W, b].
    weights : list
        [W].
    """

    def __init__(
        self,
        rng,
        n_in: int,
        n_out: int,
        kernel_size: int | tuple[int, int] = (3, 3),
        border_mode: str | int | tuple[int, int] = "valid",
        subsample: tuple[int, int] = (1, 1),
        filter_flip: bool = True,
        W=None,
        b=None,
        activation: Callable | str | None = "relu",
        name: str = "",
    ):
        self.border_mode, self.subsample, self.filter_flip = border_mode, subsample, filter_flip
        self.activation = activation_of(activation)
        shape = n_out, n_in, *pair(kernel_size, "kernel_size", least=1)
        W = init.glorot_uniform() if W is None else W
        self.W = parameter(W, shape, joined(name, "W"), rng)
        self.b = parameter(init.constant() if b is None else b, (n_out,), joined(name, "b"), rng)
        self.params, self.weights = owned(self.W, self.b), owned(self.W)

    def __call__(self, x):
        """Maps, (batch, n_out, rows, columns), of pictures (batch, n_in, rows, columns)."""
        maps = conv2d(x, self.W, self.border_mode, self.subsample, self.filter_flip)
        return self.activation(maps + self.b[None, :, None, None])
