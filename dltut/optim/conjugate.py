"""Training on the whole set at once: nonlinear conjugate gradients, one iteration a step."""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.machine.serialize import named_values
from dltut.optim.gradients import check_params, check_positive
from dltut.optim.line_search import LONGEST, Point, wolfe_point

DECREASE, CURVATURE = 1e-4, 0.4
DESCENT = 0.01  # of a steepest descent's slope is wanted of every direction


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


class ConjugateGradient:
    r"""``step(index) -> cost``: one iteration of nonlinear conjugate gradients on the whole set.

    .. math::
        p_{k+1} = -g_{k+1} + \max(0, \beta_k) \, p_k, \qquad
        \beta_k = g_{k+1} \cdot (g_{k+1} - g_k) \, / \, g_k \cdot g_k

    Along each direction :math:`p` the parameters go to a point that satisfies the strong Wolfe
    conditions; there is no learning rate.

    Parameters
    ----------
    part : callable
        ``part(index) -> [cost, *gradients]`` of one part of the training set, such as
        ``minibatch_function([cost, *pytensor.grad(cost, params)], ...)``. The exact cost and
        gradients are the means over its ``n_batches`` parts, or those of ``part(0)`` if it does
        not say how many there are.
    params : list of shared variables
        They begin at the values that they have at the first step.
    tolerance : float
        The search has come to its end when no part of the gradient is larger.

    Attributes
    ----------
    n_batches : int
        1: an epoch is an iteration.
    state : dict
        The parameters, and what the search keeps in float64 whatever their width: its position,
        the gradient there, the direction, the last two costs and how many iterations are done.

    Raises
    ------
    InputError
        If the tolerance is not positive, or the parts are not all of one size. At a step: if the
        cost is not finite at the start, or the gradients do not fit the parameters.

    Notes
    -----
    The form of Polak and Ribière, with directions that are steepest descent where it would not be
    one. Costs and gradients are those of SciPy's ``minimize(method="CG")``, bit for bit. A step
    raises StopIteration when no direction leads lower; the parameters are then as before.

    References
    ----------
    .. [1] Nocedal, Wright (2006), Numerical optimization, section 5.2.

    Examples
    --------
    >>> w = pytensor.shared(np.array([1.0, 1.0]), name="w")
    >>> scale = np.array([1.0, 10.0])
    >>> def bowl(index):
    ...     return np.sum(scale * w.get_value() ** 2), 2 * scale * w.get_value()
    >>> step = conjugate_gradient(bowl, [w])
    >>> [round(step(), 4) for iteration in range(3)]
    [0.8094, 0.0002, 0.0]
    """

    n_batches = 1

    def __init__(self, part: Callable, params: list[SharedVariable], tolerance: float = 1e-5):
        check_positive(tolerance=tolerance)
        self._part, self.tolerance = part, tolerance
        self.params = check_params(params)
        self._like = [np.asarray(each.get_value()) for each in self.params]
        n_parts = self._n_parts = getattr(part, "n_batches", 1)
        if getattr(part, "n_examples", 0) % n_parts:
            raise InputError(
                f"{part.n_examples} examples in {n_parts} minibatches: give partial='drop', so "
                "that all count the same"
            )
        x = flatten(self._like)

        own = [
            pytensor.shared(values, name=f"search.{name}")
            for name, values in {
                "position": x,
                "gradient": np.zeros_like(x),
                "direction": np.zeros_like(x),
                "costs": np.zeros(2),
                "n_done": np.zeros(()),
            }.items()
        ]
        self._position, self._gradient, self._direction, self._costs, self._n_done = own
        named_values([*self.params, *own])  # each has a name of its own
        self.state = {each.name: each for each in (*self.params, *own)}

    def __call__(self, index: int = 0) -> float:
        """Go to a point where the cost is lower; the cost there.

        Raises
        ------
        InputError
            If the cost is not finite at the start, or the gradients do not fit the parameters.
        StopIteration
            If there is no such point.
        """
        if not self._n_done.get_value():
            self._begin()
        x, gradient, direction = (each.get_value() for each in self._arrays())
        if np.abs(gradient).max() <= self.tolerance:
            raise StopIteration(f"no part of the gradient is above {self.tolerance:g}")
        found = self._search(x, gradient, direction)
        if found is None:
            self.go_back()
            raise StopIteration("no direction leads lower")
        self._put(found.x)
        for variable, value in zip(self._arrays(), found[:3], strict=True):
            variable.set_value(value)
        self._costs.set_value(np.array([found.cost, self._costs.get_value()[0]]))
        self._n_done.set_value(self._n_done.get_value() + 1)
        return self.cost

    @property
    def cost(self) -> float:
        """The last cost that a step came to, or that at the start."""
        return float(self._costs.get_value()[0])

    def go_back(self) -> None:
        """Give the parameters the values that the last step came to, whatever was tried since."""
        self._put(self._position.get_value())

    def _arrays(self) -> tuple:
        return self._position, self._gradient, self._direction

    def _begin(self) -> None:
        """Stand at the parameters' values, and look downhill."""
        x = flatten([each.get_value() for each in self.params])
        cost, gradient = self._evaluate(x)
        if not np.isfinite(cost):
            raise InputError(f"the cost is {cost} at the start: look for NaN in data or parameters")
        for variable, value in zip(self._arrays(), (x, gradient, -gradient), strict=True):
            variable.set_value(value)
        self._costs.set_value(np.array([cost, cost + np.linalg.norm(gradient) / 2]))

    def _put(self, x: np.ndarray) -> None:
        for param, value in zip(self.params, unflatten(x, self._like), strict=True):
            param.set_value(value)

    def _evaluate(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Cost and gradient at a place, over all parts."""
        self._put(x)
        columns = zip(*(self._part(index) for index in range(self._n_parts)), strict=True)
        cost, *gradients = (np.mean(each, axis=0, dtype="float64") for each in columns)
        gradient = flatten(gradients)
        if gradient.shape != x.shape:
            raise InputError(
                f"the gradients have {gradient.size} elements, the parameters {x.size}: "
                "return one gradient for each parameter"
            )
        return cost, gradient

    def _search(self, x, gradient, direction) -> "_Place | None":
        """A place along the direction with a lower cost; None if there is none."""
        seen = {}

        def place(step: float) -> _Place:
            if step not in seen:
                there = x + step * direction
                cost, after = self._evaluate(there)
                seen[step] = _Place(there, after, _next(direction, gradient, after), cost)
            return seen[step]

        def look(step: float) -> Point:
            return Point(step, place(step).cost, np.dot(place(step).gradient, direction))

        cost, before = self._costs.get_value()
        slope = np.dot(gradient, direction)
        first = min(1.0, 1.01 * 2 * (cost - before) / slope) if slope else 1.0
        first = 1.0 if first < 0 else first
        point = wolfe_point(look, Point(0.0, cost, slope), first, DECREASE, CURVATURE)
        if point is not None and self._leads_down(place(point.step)):
            return place(point.step)
        from scipy.optimize import line_search  # another one, seldom needed and slow to import

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # that nothing is found
            step, *_ = line_search(
                lambda step: look(step.item()).cost,
                lambda step: np.array([look(step.item()).slope]),
                *(np.zeros(1), np.ones(1), np.array([slope]), cost, before),
                c1=DECREASE,
                c2=CURVATURE,
                amax=LONGEST,
                extra_condition=lambda step, *_: self._leads_down(place(float(step))),
            )
        return None if step is None else place(float(step))

    def _leads_down(self, place: "_Place") -> bool:
        """Whether the search can go on from a place, or need not."""
        _, gradient, direction, _ = place
        is_steep = np.dot(direction, gradient) <= -DESCENT * np.dot(gradient, gradient)
        return is_steep or np.abs(gradient).max() <= self.tolerance


class _Place(NamedTuple):
    """Where a step may end: the parameters, the gradient, where to go from there, the cost."""

    x: np.ndarray
    gradient: np.ndarray
    direction: np.ndarray
    cost: float


def _next(direction: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The direction behind this one, when it has led from one gradient to another."""
    share = np.dot(after - before, after) / np.dot(before, before)
    return -after + max(0, share) * direction


def conjugate_gradient(
    part: Callable, params: list[SharedVariable], tolerance: float = 1e-5
) -> ConjugateGradient:
    """A step that searches along one conjugate direction, over the whole training set.

    Parameters
    ----------
    part, params, tolerance
        As in `ConjugateGradient`.

    Returns
    -------
    ConjugateGradient
        For a `dltut.training.Trainer`, or to be called until it raises StopIteration.
    """
    return ConjugateGradient(part, params, tolerance)
