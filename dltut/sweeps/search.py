"""How a sweep searches, and how it prunes: by name, with arguments, each over Optuna.

What is drawn for a trial depends on the seed, the trial's number and, for TPE, on the trials that
are done: not on how often the sweep was stopped, nor on the process that draws.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Annotated

import numpy as np
import optuna
from optuna.pruners import BasePruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial

from dltut.exceptions import InputError, nearest, printable
from dltut.machine.arguments import Between, Count, Seed, Size, checked_arguments
from dltut.sweeps.space import Space

MOST = 10**9  # trials of a grid


class Random:
    """Draws that know nothing of each other.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: Seed = 0):
        self.seed = seed

    def drawn(self, space: Space, number: int, trials: list[FrozenTrial]) -> dict:
        """What the file keeps of the arguments of a trial.

        Parameters
        ----------
        space : dict
        number : int
            The trial's.
        trials : list
            Those before it, as Optuna has them.
        """
        return _asked(RandomSampler(_seed_of(self.seed, number)), space, [])


class TPE:
    """Draws from where good trials are dense and bad ones are not: tree-structured Parzen windows.

    Parameters
    ----------
    seed : int
    first : int
        So many trials are random.

    References
    ----------
    .. [1] Bergstra, Bardenet, Bengio and Kégl (2011), Algorithms for hyper-parameter optimization,
       NIPS 24.
    """

    def __init__(self, seed: Seed = 0, first: Size = 10):
        self.seed, self.first = seed, first

    def drawn(self, space: Space, number: int, trials: list[FrozenTrial]) -> dict:
        """As `Random.drawn`; trials that other processes run count as bad ones.

        Parameters
        ----------
        space : dict
        number : int
        trials : list
        """
        seed = _seed_of(self.seed, number)
        sampler = TPESampler(n_startup_trials=self.first, seed=seed, constant_liar=True)
        return _asked(sampler, space, trials)


class Grid:
    """All combinations of the values, the last argument changing fastest."""

    def drawn(self, space: Space, number: int, trials: list[FrozenTrial]) -> dict:
        """As `Random.drawn`, from the number alone.

        Parameters
        ----------
        space : dict
        number : int
        trials : list
        """
        grids = [each.grid() for each in space.values()]
        places = np.unravel_index(number, [len(grid) for grid in grids])
        return {name: grid[place] for name, grid, place in zip(space, grids, places, strict=True)}


def grid_size(space: Space) -> int:
    """How many combinations there are.

    Raises
    ------
    InputError
        If a range does not say which numbers a grid takes, or there are more than anybody tries.
    """
    sizes = []
    for name, each in space.items():
        try:
            sizes.append(len(each.grid()))
        except InputError as error:
            raise InputError(f"space: {printable(name)}: {error}") from None
    size = prod(sizes)
    if size > MOST:
        raise InputError(f"space: a grid of {printable(size)} trials; expected {MOST:,} at most")
    return size


def median(after: Count = 0, trials: Size = 5) -> BasePruner:
    """Prune a trial whose best is worse than the median of the others after as many epochs.

    Parameters
    ----------
    after : int
        Epochs before which no trial is pruned.
    trials : int
        So many come to their end first.
    """
    return MedianPruner(n_startup_trials=trials, n_warmup_steps=after)


def halving(after: Size = 1, factor: Annotated[int, Between(2)] = 4) -> BasePruner:
    """Let the best share of the trials go on at each of several epochs.

    Parameters
    ----------
    after : int
        The first of these epochs.
    factor : int
        One in so many goes on, to so many times the epochs.
    """
    return SuccessiveHalvingPruner(min_resource=after, reduction_factor=factor)


def none() -> BasePruner:
    """Let every trial come to its end."""
    return NopPruner()


ROLES = {
    "search": {"random": Random, "grid": Grid, "tpe": TPE},
    "prune": {"median": median, "halving": halving, "none": none},
}


def made(role: str, given: Mapping | str) -> object:
    """The search or the pruner that a file describes.

    Parameters
    ----------
    role : {"search", "prune"}
    given : dict
        ``{name: ..., argument: value, ...}``.

    Raises
    ------
    InputError
        If the name is unknown, or an argument does not fit.

    Examples
    --------
    >>> made("search", {"name": "tpe", "seed": 1}).seed
    1
    >>> made("prune", {"name": "mean"})
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: prune: there is no mean; did you mean median?
    """
    arguments = {"name": given} if isinstance(given, str) else dict(given)
    names: Mapping[str, Callable] = ROLES[role]
    name = arguments.pop("name", None)
    if name is None:
        raise InputError(f"{role} has no name: write {{name: {min(names)}, ...}}")
    if not isinstance(name, str) or name not in names:
        raise InputError(f"{role}: there is no {printable(name)}; {nearest(name, names)}")
    if name == "grid":
        arguments.pop("seed", None)  # so that one word changes the search
    return names[name](**checked_arguments(names[name], arguments, f"{role} {name}"))


def _asked(sampler: BaseSampler, space: Space, trials: list[FrozenTrial]) -> dict:
    """What a sampler draws next; in a study of its own, so that no half-drawn trial is written."""
    study = optuna.create_study(sampler=sampler)
    study.add_trials(trials)
    drawn = study.ask({name: each.distribution for name, each in space.items()}).params
    return {name: each.kept(drawn[name]) for name, each in space.items()}


def _seed_of(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
