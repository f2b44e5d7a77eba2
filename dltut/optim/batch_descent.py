"""Training on large batches: several searches on each, along the gradient or conjugate to it."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError, nearest
from dltut.machine.checks import check_counts
from dltut.machine.serialize import named_values
from dltut.optim.conjugate import flatten, unflatten
from dltut.optim.gradients import check_params, check_positive

AVERAGES, LINE = ("ave_step_size", "ave_grad_size", "ave_grad_mult"), ("gradient", "direction")
SHRINK, GROW, SHORTEST = 3.0, 2.0, 1e-6  # of the simple search
MANY_POINTS, LITTLE = 10, 0.01  # the exhaustive one ends with more points, or with less to gain
FORGET = 0.01  # what a new value weighs in a running average


class BatchDescent:
    r"""``step(index) -> cost``: several updates on one large batch, each a search along a line.

    Along the direction :math:`d`, of length 1, the parameters go to the best of the points that
    were tried, :math:`\theta + \alpha d`. The direction is the steepest one, or conjugate to the
    one before,

    .. math::
        d_{k+1} \propto -g_{k+1} + \max(0, \beta_k) \, d_k, \qquad
        \beta_k = g_{k+1} \cdot (g_{k+1} - g_k) \, / \, g_k \cdot g_k .

    Parameters
    ----------
    part : callable
        ``part(index) -> [cost, *gradients]`` of a batch, such as
        ``minibatch_function([cost, *pytensor.grad(cost, params)], ...)``.
    params : list of shared variables
    n_updates : int
        Searches on each batch.
    search : {"exhaustive", "simple"}
        "exhaustive" tries steps until one more gains little or there are more than ten, then the
        lowest point of the parabola through the best three. "simple" tries five; all of them become
        shorter when the first or none is the best, longer when the last is.
    conjugate : bool
        Whether directions are conjugate.
    reset_step, reset_conjugate : bool
        Whether each batch begins with the first steps, and with the steepest direction.
    least_step : float
        The exhaustive search begins with a step at least twice as long.
    cost : callable, optional
        ``cost(index)`` alone, which spares the gradients of points that are only tried.
    damped : bool
        Whether the last direction stands in the place of :math:`g_k` in :math:`\beta`, as in
        Pylearn2. Directions keep less of the last one: a batch is learned less well, and what
        is learned from it holds for others more often.
    after : callable, optional
        Called after each update, such as `limit_norm` of some weights: it may change the
        parameters.

    Attributes
    ----------
    n_batches : int
        Batches in an epoch.
    channels : dict
        {name: callable} for a `dltut.training.Monitor`: running averages of the steps' lengths,
        ave_step_size, of the directions' before they are scaled to 1, ave_grad_size, and of the
        quotient of both, ave_grad_mult; 0 before the first step.
    state : dict
        The parameters, and what the search keeps from one batch to the next.

    Raises
    ------
    InputError
        If a number counts nothing, there is no such search, or the cost is another one each time
        it is computed, as with dropout. At a step: if the gradients do not fit the parameters.

    Notes
    -----
    The algorithm is Pylearn2's ``BGD``, with its numbers; the parabola is ours. The cost of a batch
    never rises while it is worked on, but by `after`. If no step leads lower the next batch may
    yet: the run goes on.

    Examples
    --------
    >>> w = pytensor.shared(np.array([1.0, 1.0]), name="w")
    >>> scale = np.array([1.0, 10.0])
    >>> def bowl(index):
    ...     return np.sum(scale * w.get_value() ** 2), 2 * scale * w.get_value()
    >>> step = batch_descent(bowl, [w], n_updates=2)
    >>> round(step(0), 9)
    0.0
    """

    def __init__(
        self,
        part: Callable,
        params: list[SharedVariable],
        n_updates: int = 10,
        search: str = "exhaustive",
        conjugate: bool = True,
        reset_step: bool = True,
        reset_conjugate: bool = True,
        least_step: float = 0.001,
        cost: Callable | None = None,
        damped: bool = False,
        after: Callable[[], None] | None = None,
    ):
        check_counts("updates", n_updates=n_updates)
        check_positive(least_step=least_step)
        if search not in SEARCHES:
            raise InputError(f"there is no search {search!r}; {nearest(search, SEARCHES)}")
        _check_steady(part, cost)
        self.params, self._part, self._cost = check_params(params), part, cost
        self.n_batches = getattr(part, "n_batches", 1)
        self.n_updates, self.conjugate, self.least_step = n_updates, conjugate, least_step
        self.reset_step, self.reset_conjugate = reset_step, reset_conjugate
        self.damped, self._after = damped, after
        self._search, self._first_steps = SEARCHES[search]
        self._like = [np.asarray(each.get_value()) for each in self.params]
        kept = {"steps": np.array(self._first_steps), "averages": np.zeros(3)}
        if conjugate and not reset_conjugate:
            zeros = np.zeros_like(flatten(self._like))
            kept |= {"gradient": zeros, "direction": zeros.copy()}
        self._kept = {k: pytensor.shared(each, name=f"descent.{k}") for k, each in kept.items()}
        named_values([*self.params, *self._kept.values()])  # each has a name of its own
        self.state = {each.name: each for each in (*self.params, *self._kept.values())}
        self.channels = {name: partial(self._average, i) for i, name in enumerate(AVERAGES)}

    def __call__(self, index: int = 0) -> float:
        """Work on a batch; its cost afterwards.

        Raises
        ------
        InputError
            If the gradients do not fit the parameters.
        """
        x = flatten([each.get_value() for each in self.params])
        steps = self._first_steps if self.reset_step else self._kept["steps"].get_value()
        gradient, direction = (self._kept[k].get_value() if k in self._kept else None for k in LINE)
        cost = self._cost_at(index, x)
        for _ in range(self.n_updates):
            before = -direction if self.damped and direction is not None else gradient
            gradient = self._gradient_at(index, x)
            share = _share(before, gradient) if self.conjugate else 0.0
            direction = -gradient + share * direction if share else -gradient
            length = np.linalg.norm(direction)
            if not (np.isfinite(cost) and 0 < length < np.inf):
                break
            line = _Line(partial(self._cost_along, index, x, direction / length), cost)
            steps = self._search(line, steps, self.least_step)
            x, cost = x + line.best * (direction / length), line.costs[line.best]
            self._note(line.best, length, line.best / length)
            if self._after is not None:
                x = self._changed(x)
                cost = self._cost_at(index, x)
        self._put(x)
        for name, value in {"steps": steps, "gradient": gradient, "direction": direction}.items():
            if name in self._kept and value is not None:
                self._kept[name].set_value(np.array(value))
        return cost

    def _put(self, x: np.ndarray) -> None:
        for param, value in zip(self.params, unflatten(x, self._like), strict=True):
            param.set_value(value)

    def _changed(self, x: np.ndarray) -> np.ndarray:
        """What `after` makes of the parameters."""
        self._put(x)
        self._after()
        return flatten([each.get_value() for each in self.params])

    def _cost_at(self, index: int, x: np.ndarray) -> float:
        self._put(x)
        return float(self._part(index)[0] if self._cost is None else self._cost(index))

    def _cost_along(self, index: int, x: np.ndarray, unit: np.ndarray, step: float) -> float:
        return self._cost_at(index, x + step * unit)

    def _gradient_at(self, index: int, x: np.ndarray) -> np.ndarray:
        self._put(x)
        gradient = flatten(self._part(index)[1:])
        if gradient.shape != x.shape:
            raise InputError(
                f"the gradients have {gradient.size} elements, the parameters {x.size}: "
                "return one gradient for each parameter"
            )
        return gradient

    def _note(self, *values: float) -> None:
        """Let the running averages, which begin with the first values, follow."""
        averages = self._kept["averages"].get_value()
        if not averages.any():
            averages[:] = values
        self._kept["averages"].set_value((1 - FORGET) * averages + FORGET * np.array(values))

    def _average(self, place: int) -> float:
        return float(self._kept["averages"].get_value()[place])


class _Line:
    """Costs of points on a line, by how far they are from its beginning."""

    def __init__(self, cost_at: Callable[[float], float], cost: float):
        self._cost_at, self.costs = cost_at, {0.0: cost}

    def look(self, step: float) -> float:
        """The cost there; infinite if it is no number."""
        cost = self._cost_at(step)
        self.costs[step] = np.inf if np.isnan(cost) else cost
        return self.costs[step]

    @property
    def best(self) -> float:
        """The point of the least cost, the farthest of several."""
        least = min(self.costs.values())
        return max(step for step, cost in self.costs.items() if cost == least)


def _simple(line: _Line, steps: Sequence[float], least_step: float) -> Sequence[float]:
    """Try these steps; those to be tried next."""
    for step in steps:
        line.look(float(step))
    if line.best <= steps[0]:
        return np.divide(steps, SHRINK) if steps[0] > SHORTEST else steps
    return np.multiply(steps, GROW) if line.best == steps[-1] else steps


def _exhaustive(line: _Line, steps: Sequence[float], least_step: float) -> Sequence[float]:
    """Try these steps, and more where the cost seems to be least; those to be tried next."""
    for step in steps:
        line.look(float(step))
    gain_before = 0.0
    while len(line.costs) <= MANY_POINTS:
        least = line.costs[line.best]
        step = _between(line)
        if step < SHORTEST**3 or step in line.costs:
            break
        gain = least - line.look(step)
        if 0 < gain < LITTLE * gain_before:
            break
        gain_before = gain
    bottom = _bottom(line)
    if bottom is not None and bottom not in line.costs:
        line.look(bottom)
    longest = max(line.best or min(step for step in line.costs if step), 2 * least_step)
    return (longest / 2, longest)


def _between(line: _Line) -> float:
    """Halfway from the best point to the better of its neighbours; twice as far from the last."""
    before, best, behind = _around(line)
    if behind is None:
        return 2 * best
    if before is None or line.costs[behind] < line.costs[before]:
        return (best + behind) / 2
    return (before + best) / 2


def _around(line: _Line) -> tuple[float | None, float, float | None]:
    """The best point and its neighbours."""
    steps = sorted(line.costs)
    place = steps.index(line.best)
    before = steps[place - 1] if place else None
    return before, line.best, steps[place + 1] if place + 1 < len(steps) else None


def _bottom(line: _Line) -> float | None:
    """Where the parabola through the best point and its neighbours is least."""
    before, best, behind = _around(line)
    if before is None or behind is None or not np.isfinite(line.costs[behind]):
        return None
    left, right = best - before, behind - best
    rise_left = (line.costs[before] - line.costs[best]) / left
    rise_right = (line.costs[behind] - line.costs[best]) / right
    if rise_left + rise_right <= 0:
        return None
    return best + (rise_left * right - rise_right * left) / (2 * (rise_left + rise_right))


def _share(before: np.ndarray | None, gradient: np.ndarray) -> float:
    """How much of the last direction the next one keeps."""
    size = 0.0 if before is None else np.dot(before, before)
    return max(0.0, np.dot(gradient, gradient - before) / size) if size else 0.0


def _check_steady(part: Callable, cost: Callable | None) -> None:
    changed = [*getattr(part, "state", ()), *getattr(cost, "state", ())]
    if changed:
        raise InputError(
            f"the cost changes {changed[0]} whenever it is computed: a search along a line needs "
            "one that stays the same, without dropout, corruption or samples"
        )


SEARCHES = {
    "exhaustive": (_exhaustive, (0.5, 1.0)),
    "simple": (_simple, (0.001, 0.005, 0.01, 0.05, 0.1)),
}


def batch_descent(
    part: Callable,
    params: list[SharedVariable],
    n_updates: int = 10,
    search: str = "exhaustive",
    conjugate: bool = True,
    reset_step: bool = True,
    reset_conjugate: bool = True,
    least_step: float = 0.001,
    cost: Callable | None = None,
    damped: bool = False,
    after: Callable[[], None] | None = None,
) -> BatchDescent:
    """A step that makes several line searches on each large batch.

    Parameters
    ----------
    part, params, n_updates, search, conjugate
        As in `BatchDescent`.
    reset_step, reset_conjugate, least_step, cost, damped, after
        As there.

    Returns
    -------
    BatchDescent
        For a `dltut.training.Trainer`.
    """
    how = search, conjugate, reset_step, reset_conjugate, least_step
    return BatchDescent(part, params, n_updates, *how, cost, damped, after)
