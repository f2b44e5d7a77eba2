"""The step size that finds itself: longer while most moves are accepted, shorter while few are."""

from dataclasses import dataclass

import pytensor.tensor as pt

from dltut.exceptions import InputError


@dataclass(frozen=True)
class StepsizeRule:
    """A step size, and the average acceptance that it answers to, from one draw to the next.

    Parameters
    ----------
    initial_stepsize : float
        Between the bounds.
    target_acceptance_rate : float
        Between 0 and 1.
    stepsize_dec, stepsize_inc : float
        The step size is multiplied by `stepsize_inc`, above 1, if the average acceptance is above
        its target, else by `stepsize_dec`, between 0 and 1.
    stepsize_min, stepsize_max : float
        Bounds, above 0.
    avg_acceptance_slowness : float
        Weight of the past in the average acceptance, from 0 to below 1.

    Raises
    ------
    InputError
        If one of them is outside of its range.
    """

    initial_stepsize: float = 0.01
    target_acceptance_rate: float = 0.9
    stepsize_dec: float = 0.98
    stepsize_min: float = 0.001
    stepsize_max: float = 0.25
    stepsize_inc: float = 1.02
    avg_acceptance_slowness: float = 0.9

    def __post_init__(self):
        low, first, high = self.stepsize_min, self.initial_stepsize, self.stepsize_max
        if not 0 < low <= first <= high < float("inf"):
            raise InputError(
                f"stepsize_min = {low}, initial_stepsize = {first} and stepsize_max = {high} are "
                "not in rising order above 0: put the start between the bounds"
            )
        self._check("target_acceptance_rate", "between 0 and 1", lambda rate: 0 < rate < 1)
        self._check("stepsize_dec", "above 0 and below 1", lambda factor: 0 < factor < 1)
        self._check("stepsize_inc", "above 1", lambda factor: 1 < factor < float("inf"))
        self._check("avg_acceptance_slowness", "from 0 to below 1", lambda weight: 0 <= weight < 1)

    def _check(self, name, wanted, holds):
        if not holds(getattr(self, name)):
            raise InputError(f"{name} is {getattr(self, name)}: it is a number {wanted}")

    def next_stepsize(self, stepsize, average_acceptance):
        """The step size of the next draw, a scalar of the same type."""
        too_short = pt.gt(average_acceptance, self.target_acceptance_rate)
        factor = pt.where(too_short, self.stepsize_inc, self.stepsize_dec)
        limited = pt.clip(stepsize * factor, self.stepsize_min, self.stepsize_max)
        return limited.astype(stepsize.dtype)

    def next_average(self, average_acceptance, accepted):
        """The average acceptance after a draw, from the choice of each chain, shape (chains,)."""
        weight = self.avg_acceptance_slowness
        average = weight * average_acceptance + (1 - weight) * accepted.mean()
        return average.astype(average_acceptance.dtype)
