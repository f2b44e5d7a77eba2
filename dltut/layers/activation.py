"""An activation by itself."""

from collections.abc import Callable

from dltut.layers.network import Network
from dltut.nn.activations import activation


class Activation(Network):
    """A non-linearity as a layer of its own, behind one that is linear; it has no parameters.

    Parameters
    ----------
    activation : callable or str, optional
        Applied element by element; None is linear.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> Activation("relu")(pt.as_tensor([[-1.0, 2.0]])).eval()
    array([[0., 2.]])
    """

    activation: Callable | str | None = None

    def __post_init__(self):
        self.activation = activation(self.activation)

    def __call__(self, x, train: bool = False):
        """The activation of x, of the same shape."""
        return self.activation(x)
