"""The tutorials' LeNetConvPoolLayer: convolution, max-pool, bias, tanh."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.layers.parameter import joined, owned, parameter
from dltut.nn import conv2d, init, pool2d
from dltut.nn.activations import activation as activation_of
from dltut.nn.pair import pair


class ConvPool:
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

    Attributes
    ----------
    params : list
        [W, b].
    weights : list
        [W].

    Notes
    -----
    For an activation that never falls, the bias may stand before or behind the pool: behind it
    there is less to add.

    References
    ----------
    .. [1] Deep Learning Tutorials, Convolutional neural networks (LeNet).
    """

    def __init__(
        self,
        rng,
        n_in: int,
        n_out: int,
        kernel_size: int | tuple[int, int] = (5, 5),
        pool_size: int | tuple[int, int] = (2, 2),
        W=None,
        b=None,
        activation: Callable | str | None = pt.tanh,
        name: str = "",
    ):
        self.pool_size = pair(pool_size, "pool_size", least=1)
        self.activation = activation_of(activation)
        shape = n_out, n_in, *pair(kernel_size, "kernel_size", least=1)
        W = init.tutorial(pool=self.pool_size) if W is None else W
        self.W = parameter(W, shape, joined(name, "W"), rng)
        self.b = parameter(init.constant() if b is None else b, (n_out,), joined(name, "b"), rng)
        self.params, self.weights = owned(self.W, self.b), owned(self.W)

    def __call__(self, x):
        """Pooled maps, (batch, n_out, rows, columns), of pictures (batch, n_in, rows, columns)."""
        pooled = pool2d(conv2d(x, self.W), self.pool_size)
        return self.activation(pooled + self.b[None, :, None, None])
