"""Training on the whole set at once, by the conjugate gradients of SciPy."""

from collections.abc import Callable

import numpy as np
import scipy.optimize
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.optim.parts import check_params


def flatten(arrays: list[np.ndarray]) -> np.ndarray:
    """Arrays of any shapes as one vector.

    Parameters
    ----------
    arrays : list of arrays

    Returns
    -------
    float64 vector
        The rows of the first array, then those of the next; `unflatten` turns it back exactly.

    Examples
    --------
    >>> flatten([np.eye(2), np.array([5.0])])
    array([1., 0., 0., 1., 5.])
    """
    return np.concatenate([np.asarray(array, dtype="float64").ravel() for array in arrays])


def unflatten(vector: np.ndarray, like: list[np.ndarray]) -> list[np.ndarray]:
    """A vector cut into arrays of given shapes and dtypes.

    Parameters
    ----------
    vector : array, shape (n,)
    like : list of arrays
        Together of n elements; only their shapes and dtypes are used.

    Returns
    -------
    list of arrays

    Raises
    ------
    InputError
        If the sizes do not add up to n.

    Examples
    --------
    >>> unflatten(np.arange(5.0), [np.empty((2, 2)), np.empty(1)])
    [array([[0., 1.],
           [2., 3.]]), array([4.])]
    """
    sizes = [array.size for array in like]
    if vector.shape != (sum(sizes),):
        raise InputError(f"a vector of shape {vector.shape} does not fill {sum(sizes)} elements")
    pieces = np.split(vector, np.cumsum(sizes)[:-1])
    return [
        piece.reshape(array.shape).astype(array.dtype)
        for piece, array in zip(pieces, like, strict=True)
    ]


def minimise(
    cost_and_gradient: Callable,
    params: list[SharedVariable],
    n_iterations: int,
    callback: Callable[[int], None] | None = None,
) -> float:
    """Give parameters the values of least cost, by nonlinear conjugate gradients.

    Parameters
    ----------
    cost_and_gradient : callable
        Takes nothing; returns the cost and the list of its gradients at the parameters' present
        values, over the whole training set.
    params : list of shared variables
        They begin at their present values, and end at the best that were tried.
    n_iterations : int
        At most so many directions are searched; each takes one or a few calls.
    callback : callable, optional
        Called with the number of iterations done, from 1, when the parameters hold the result of
        one. It may raise StopIteration to end the search.

    Returns
    -------
    float
        The least cost found.

    Raises
    ------
    InputError
        If the cost is not finite at the start, or the gradients do not fit the parameters.

    Notes
    -----
    SciPy works in float64, whatever the parameters' width. Ctrl-C leaves the best values too.

    References
    ----------
    .. [1] Nocedal, Wright (2006), Numerical optimization, section 5.2: Polak and Ribiere's form.

    Examples
    --------
    >>> import pytensor
    >>> w = pytensor.shared(np.array([1.0, 1.0]), name="w")
    >>> scale = np.array([1.0, 10.0])
    >>> def bowl():
    ...     return np.sum(scale * w.get_value() ** 2), [2 * scale * w.get_value()]
    >>> cost = minimise(bowl, [w], n_iterations=10)
    >>> cost < 1e-9, np.allclose(w.get_value(), 0, atol=1e-4)
    (True, True)
    """
    search = _Search(cost_and_gradient, check_params(params), callback)
    try:
        scipy.optimize.minimize(
            search.evaluate,
            flatten(search.start),
            jac=True,
            method="CG",
            callback=search.report,
            options={"maxiter": n_iterations},
        )
    finally:
        search.set_values(search.best)
    return search.least


class _Search:
    """What SciPy calls: it puts vectors into the parameters and remembers the best."""

    def __init__(self, cost_and_gradient, params, callback):
        self.cost_and_gradient, self.params, self.callback = cost_and_gradient, params, callback
        self.start = [np.asarray(param.get_value()) for param in params]
        self.best, self.least = flatten(self.start), np.inf
        self.n_iterations = 0

    def set_values(self, vector):
        for param, value in zip(self.params, unflatten(vector, self.start), strict=True):
            param.set_value(value)

    def evaluate(self, vector):
        self.set_values(vector)
        cost, gradients = self.cost_and_gradient()
        cost, gradient = float(cost), flatten(gradients)
        if gradient.shape != vector.shape:
            raise InputError(
                f"the gradients have {gradient.size} elements, the parameters {vector.size}: "
                "return one gradient for each parameter"
            )
        if self.least == np.inf and not np.isfinite(cost):
            raise InputError(f"the cost is {cost} at the start: look for NaN in data or parameters")
        if cost < self.least:
            self.best, self.least = vector.copy(), cost
        return cost, gradient

    def report(self, vector):
        self.n_iterations += 1
        if self.callback is not None:
            self.set_values(vector)
            self.callback(self.n_iterations)
