"""The tutorials' LeNetConvPoolLayer: convolution, max-pool, bias, tanh."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import conv2d, init, pool2d
from dltut.nn.activations import activation
from dltut.nn.pair import pair


class ConvPool(Network):
    r"""A convolution whose maps are pooled before the bias: :math:`s(\mathrm{pool}(x * W) + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Channels of the pictures and maps made of them.
    kernel_size : int or pair of int
        Rows and columns of a filter.
    pool_size : int or pair of int
        Rows and columns of the max-pool; a rest at the border is left out.
    W : array, shared variable or initializer, optional
        Shape ``(n_out, n_in, *kernel_size)``. Default: the tutorials' rule, with the pool counted.
    b : array, shared variable or initializer, optional
        Shape (n_out,). Default zeros.
    activation : callable or str, optional
    name : str
        Prefix of the parameters' names.

    Notes
    -----
    For an activation that never falls, the bias may stand before or behind the pool: behind it
    there is less to add.

    References
    ----------
    .. [1] Deep Learning Tutorials, Convolutional neural networks (LeNet).
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    n_in: int
    n_out: int
    kernel_size: int | tuple[int, int] = (5, 5)
    pool_size: int | tuple[int, int] = (2, 2)
    W: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "tanh"
    name: str = ""

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        self.pool_size = pair(self.pool_size, "pool_size", least=1)
        shape = self.n_out, self.n_in, *pair(self.kernel_size, "kernel_size", least=1)
        W = init.glorot_tutorial(pool=self.pool_size) if W is None else W
        self.W = parameter(W, shape, joined(self.name, "W"), rng)
        self.b = parameter(b, (self.n_out,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Pooled maps, (batch, n_out, rows, columns), of pictures (batch, n_in, rows, columns)."""
        pooled = pool2d(conv2d(x, self.W), self.pool_size)
        return self.activation(pooled + self.b[None, :, None, None])
