"""Logistic regression over several classes: the simplest model, the last layer of others."""

from dltut.layers.parameter import joined, owned, parameter
from dltut.nn import init


class LogisticRegression:
    r"""Scores of each class, linear in the input: :math:`x W + b`.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and classes.
    W, b : array, shared variable or initializer, optional
        Shapes (n_in, n_out) and (n_out,). Default zeros: the cost is convex, any start will do.
    name : str
        Prefix of the parameters' names.

    Attributes
    ----------
    n_in : int
        Inputs.
    params : list
        [W, b].
    weights : list
        [W], what penalties apply to.

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

    def __init__(self, n_in: int, n_out: int, W=None, b=None, name: str = ""):
        self.n_in = n_in
        self.arguments = {"n_in": n_in, "n_out": n_out}
        zeros = init.constant()
        self.W = parameter(zeros if W is None else W, (n_in, n_out), joined(name, "W"))
        self.b = parameter(zeros if b is None else b, (n_out,), joined(name, "b"))
        self.params, self.weights = owned(self.W, self.b), owned(self.W)

    def __call__(self, x, train: bool = False):
        """Scores, shape (batch, n_out), of inputs, shape (batch, n_in)."""
        return x @ self.W + self.b
