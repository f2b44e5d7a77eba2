"""Logistic regression over several classes: the simplest model, the last layer of others."""

from dataclasses import InitVar

from dltut.layers import Network, parameter
from dltut.layers.parameter import joined


class LogisticRegression(Network):
    r"""Scores of each class, linear in the input: :math:`x W + b`.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and classes.
    W, b : array, shared variable or initializer, optional
        Shapes (n_in, n_out) and (n_out,). Default zeros: the cost is convex, any start will do.
    name : str
        Prefix of the parameters' names.

    Notes
    -----
    The scores are unnormalised log-probabilities: `dltut.nn.negative_log_likelihood` takes their
    softmax, and their largest is the prediction.

    References
    ----------
    .. [1] Deep Learning Tutorials, Classifying MNIST digits using logistic regression.

    Examples
    --------
    >>> model = LogisticRegression(784, 10)
    >>> [each.name for each in model.params]
    ['W', 'b']
    """

    n_in: int
    n_out: int
    W: InitVar = None
    b: InitVar = None
    name: str = ""

    def __post_init__(self, W, b):
        self.W = parameter(W, (self.n_in, self.n_out), joined(self.name, "W"))
        self.b = parameter(b, (self.n_out,), joined(self.name, "b"))

    def __call__(self, x, train: bool = False):
        """Scores, shape (batch, n_out), of inputs, shape (batch, n_in)."""
        return x @ self.W + self.b
