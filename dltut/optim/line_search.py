"""How far to go in a direction: a step after which the cost is lower and less steep."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

SHORTEST, LONGEST = 1e-100, 1e100  # steps
CLOSE = 1e-14  # relative length of an interval in which there is nothing left to find
N_TRIES = 99


class Point(NamedTuple):
    """What is known of the cost at a step along the direction."""

    step: float
    cost: float
    slope: float  # the derivative of the cost by the step

    def tilted(self, slope: float) -> "Point":
        """The same for the cost minus a line through the origin."""
        return Point(self.step, self.cost - self.step * slope, self.slope - slope)


def wolfe_point(
    look: Callable[[float], Point],
    start: Point,
    first: float,
    decrease: float = 1e-4,
    curvature: float = 0.4,
) -> Point | None:
    r"""A point that satisfies the strong Wolfe conditions, by the search of Moré and Thuente.

    .. math::
        C(s) \le C(0) + c_1 s C'(0), \qquad |C'(s)| \le c_2 |C'(0)|

    Parameters
    ----------
    look : callable
        ``look(step) -> Point``.
    start : Point
        At step 0, where the slope is below 0.
    first : float
        The step to try first.
    decrease, curvature : float
        :math:`c_1` and :math:`c_2`; the smaller the latter, the more exact the search.

    Returns
    -------
    Point or None
        None if there is none within reach.

    Notes
    -----
    An interval is kept with the best point at one end; each new step is where a cubic or a
    quadratic through the known points is least. As in MINPACK's dcsrch and SciPy, bit for bit.

    References
    ----------
    .. [1] Moré, Thuente (1994), Line search algorithms with guaranteed sufficient decrease, ACM
       Transactions on Mathematical Software 20(3).

    Examples
    --------
    >>> parabola = lambda s: Point(s, (s - 3) ** 2, 2 * (s - 3))
    >>> float(wolfe_point(parabola, parabola(0), first=1.0).step)
    3.0
    """
    if not (start.slope < 0 and first >= SHORTEST):
        return None
    wanted = decrease * start.slope
    interval, is_below = _Interval(start, first), False
    point = look(first)
    for _ in range(N_TRIES):
        step, cost, slope = point
        limit = start.cost + step * wanted
        is_below = is_below or (cost <= limit and slope >= 0)
        if cost <= limit and abs(slope) <= curvature * -start.slope:
            return point
        if not interval.has_room(step) or step in (SHORTEST, LONGEST):
            return None
        # At first a lower cost is not enough: look for what lies most below the line.
        tilt = wanted if not is_below and limit < cost <= interval.best.cost else 0.0
        step = interval.narrow(point, tilt)
        if not np.isfinite(step):
            return None
        point = look(step)
    return None


class _Interval:
    """Between which points the least cost is looked for: the best so far, and another one."""

    def __init__(self, start: Point, first: float):
        self.best = self.other = start
        self.is_closed = False  # whether the least cost is known to lie in it
        self.least, self.most = 0.0, 5 * first  # where the next step lies
        self.width, self.width_before = LONGEST, 2 * LONGEST

    def has_room(self, step: float) -> bool:
        """Whether there can be something better than this step."""
        inside = self.least < step < self.most and self.most - self.least > CLOSE * self.most
        return inside or not self.is_closed

    def narrow(self, point: Point, tilt: float) -> float:
        """Take a point in, its cost seen from a tilted line; the step to try next."""
        best, other, point = (each.tilted(tilt) for each in (self.best, self.other, point))
        with np.errstate(all="ignore"):
            step, self.is_closed = _next_step(
                best, other, point, self.is_closed, self.least, self.most
            )
        ends = _ends(best, other, point)
        self.best, self.other = best, other = tuple(end.tilted(-tilt) for end in ends)
        if self.is_closed:
            if abs(other.step - best.step) >= 0.66 * self.width_before:
                step = best.step + 0.5 * (other.step - best.step)
            self.width_before, self.width = self.width, abs(other.step - best.step)
            self.least, self.most = sorted((best.step, other.step))
        else:
            self.least, self.most = (step + by * (step - best.step) for by in (1.1, 4.0))
        step = np.clip(step, SHORTEST, LONGEST)
        return step if self.has_room(step) else best.step


def _ends(best: Point, other: Point, point: Point) -> tuple[Point, Point]:
    """Which two points are kept: the better of them first."""
    if point.cost > best.cost:
        return best, point
    return point, best if np.sign(point.slope) * np.sign(best.slope) < 0 else other


def _next_step(
    best: Point, other: Point, point: Point, is_closed: bool, least: float, most: float
) -> tuple[float, bool]:
    """Where to look next, and whether the least cost is known to lie between two points."""
    if point.cost > best.cost:
        cubic = _cubic_step(best, point, _theta(best, point))
        chord = (best.cost - point.cost) / (point.step - best.step) + best.slope
        quadratic = best.step + best.slope / chord / 2.0 * (point.step - best.step)
        if abs(cubic - best.step) <= abs(quadratic - best.step):
            return cubic, True
        return cubic + (quadratic - cubic) / 2.0, True
    secant = point.step + point.slope / (point.slope - best.slope) * (best.step - point.step)
    if np.sign(point.slope) * np.sign(best.slope) < 0:
        cubic = _cubic_step(point, best, _theta(best, point))
        return _farther(cubic, secant, point.step), True
    bound = most if point.step > best.step else least
    if abs(point.slope) < abs(best.slope):
        cubic = _cubic_step_beyond(best, point, bound)
        if not is_closed:
            return np.clip(_farther(cubic, secant, point.step), least, most), False
        nearer = cubic if abs(cubic - point.step) < abs(secant - point.step) else secant
        part = point.step + 0.66 * (other.step - point.step)
        return (min if point.step > best.step else max)(part, nearer), True
    if is_closed:
        return _cubic_step(point, other, _theta(other, point)), True
    return bound, False


def _farther(cubic: float, secant: float, step: float) -> float:
    return cubic if abs(cubic - step) > abs(secant - step) else secant


def _theta(end: Point, point: Point) -> float:
    """A coefficient of the cubic through two points with their slopes."""
    return 3.0 * (end.cost - point.cost) / (point.step - end.step) + end.slope + point.slope


def _gamma(one: Point, two: Point, theta: float, least: float = -np.inf) -> float:
    scale = max(abs(theta), abs(one.slope), abs(two.slope))
    square = (theta / scale) ** 2 - (one.slope / scale) * (two.slope / scale)
    return scale * np.sqrt(max(least, square))


def _cubic_step(base: Point, far: Point, theta: float) -> float:
    """Where the cubic through two points is least."""
    gamma = _gamma(base, far, theta)
    gamma = -gamma if base.step > far.step else gamma
    p = (gamma - base.slope) + theta
    q = ((gamma - base.slope) + gamma) + far.slope
    return base.step + p / q * (far.step - base.step)


def _cubic_step_beyond(best: Point, point: Point, bound: float) -> float:
    """The same beyond the point, or `bound` where the cubic is not least on that side."""
    theta = _theta(best, point)
    gamma = _gamma(best, point, theta, least=0.0)
    gamma = -gamma if point.step > best.step else gamma
    p = (gamma - point.slope) + theta
    q = (gamma + (best.slope - point.slope)) + gamma
    r = p / q
    return point.step + r * (best.step - point.step) if r < 0 and gamma != 0 else bound
