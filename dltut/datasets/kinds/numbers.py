"""Columns of numbers, and windows of series."""

from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds.kind import Named, done, listed
from dltut.datasets.transforms import Transform
from dltut.exceptions import InputError, printable


@dataclass(frozen=True)
class Numbers(Named):
    """Columns of numbers: the inputs of a table, or real targets.

    Parameters
    ----------
    names : tuple of str
        One for each column.
    mean, scale : tuple of float, optional
        What was taken from each column, and by what the rest was divided: those of the training
        part, or 0 and a scale that was stated. None: the numbers are as they were.
    transforms : tuple of Transform, optional
        What was done to the rows then, see `dltut.datasets.transformed`.

    Examples
    --------
    >>> ages = Numbers(("age",)).fitted(np.array([[20.0], [40.0]]))
    >>> ages.standardised([[20.0], [50.0]])
    array([[-1.],
           [ 2.]], dtype=float32)
    >>> ages.original([[2.0]])
    array([[50.]])
    """

    names: tuple[str, ...]
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None
    transforms: tuple[Transform, ...] = ()

    def __post_init__(self):
        super().__post_init__()
        for name in ("mean", "scale"):
            values = getattr(self, name)
            if values is not None:
                values = tuple(float(each) for each in values)
                object.__setattr__(self, name, values)
                if len(values) != len(self.names):
                    raise InputError(
                        f"{len(values)} values of {name} for {len(self.names)} columns"
                    )
                if not np.isfinite(values).all() or (name == "scale" and 0 in values):
                    raise InputError(f"a column's {name} is 0, NaN or infinite: no such training")

    def __str__(self) -> str:
        names = f" ({self.names[0]})" if len(self.names) == 1 else "s"
        scaled = "" if self.mean is None else ", standardised"
        if self.mean and not any(self.mean) and len({*self.scale}) == 1:
            scaled = f", divided by {self.scale[0]:g}"
        return f"{len(self.names)} number{names}{scaled}{done(self.transforms)}"

    def fitted(self, values: np.ndarray) -> "Numbers":
        """The same columns with the mean and the standard deviation of these values.

        Parameters
        ----------
        values : array, shape (n, k), or (n,) for one column
            The training part. The scale of a column that does not vary is 1.

        Raises
        ------
        InputError
            If a column holds numbers so large that they have no deviation.
        """
        rows = np.asarray(values, dtype=np.float64).reshape(len(values), -1)  # (n, k)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, scale = rows.mean(axis=0), rows.std(axis=0)
        if not np.isfinite(scale).all():
            wrong = int(np.argmin(np.isfinite(scale)))
            name = self.names[wrong] if len(self.names) == len(scale) else wrong
            raise InputError(
                f"{printable(name)} holds numbers up to {np.abs(rows[:, wrong]).max():.3g}, too "
                "large to be standardised: scale them first"
            )
        scale[scale <= 1e-12 * np.abs(mean)] = 1.0  # what is left of rounding is no deviation
        return replace(self, mean=tuple(mean), scale=tuple(scale))

    def standardised(self, values) -> np.ndarray:
        """Numbers as they were, shape (n, k) or (n,), in the units of the model; float32.

        Raises
        ------
        InputError
            If one is too large for 32 bits.
        """
        if self.mean is None:
            return np.asarray(values, dtype=np.float32)
        values = np.asarray(values, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            found = ((values - np.array(self.mean)) / np.array(self.scale)).astype(np.float32)
        if np.isinf(found).any():
            raise InputError(
                f"a value of {values[np.isinf(found)].flat[0]:.3g} is beyond all that training has "
                "seen, too large for 32 bits: correct it"
            )
        return found

    def original(self, values) -> np.ndarray:
        """The model's numbers, shape (n, k) or (n,), in the units that they had; float64."""
        values = np.asarray(values, dtype=np.float64)
        return values if self.mean is None else values * np.array(self.scale) + np.array(self.mean)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The columns as float32, if they are as many as the names.

        Raises
        ------
        InputError
            If they are not.
        """
        width = 1 if values.ndim == 1 else values.shape[1]
        if values.ndim > 2 or width != len(self.names):
            raise InputError(
                f"a {part} example has shape {values.shape[1:]}, expected {len(self.names)} "
                f"numbers: {listed(self.names)}"
            )
        return values.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Series(Named):
    """A row of x is a window of a series: its columns at one step, then at the next, and so on.

    Parameters
    ----------
    names : tuple of str
        Of the columns.
    steps : int
        How many values of each column a window has.
    mean, scale : tuple of float, optional
        As of `Numbers`, one for each column, whichever the step.

    Examples
    --------
    >>> power = Series(("power", "voltage"), 3, mean=(1.0, 230.0), scale=(0.5, 10.0))
    >>> power.shape
    (3, 2)
    >>> power.original([[0, 0, 0, 1, 2, -1]])[0].tolist()
    [[1.0, 230.0], [1.0, 240.0], [2.0, 220.0]]
    >>> power.following(2).names
    ('power +1', 'voltage +1', 'power +2', 'voltage +2')
    """

    names: tuple[str, ...]
    steps: int
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None

    transforms: ClassVar[tuple] = ()

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.steps, int | np.integer) or self.steps < 1:
            raise InputError(f"a window of {printable(self.steps)} steps; expected 1 or more")
        object.__setattr__(self, "steps", int(self.steps))
        for name in ("mean", "scale"):
            object.__setattr__(self, name, getattr(self.columns, name))

    def __str__(self) -> str:
        return f"{self.steps} steps of {self.columns}"

    @property
    def columns(self) -> Numbers:
        """What there is at one step."""
        return Numbers(self.names, self.mean, self.scale)

    @property
    def shape(self) -> tuple[int, int]:
        """(steps, columns) of an example."""
        return self.steps, len(self.names)

    def following(self, ahead: int) -> Numbers:
        """What there is at each of the next steps, as targets."""
        names = [f"{name} +{step}" for step in range(1, ahead + 1) for name in self.names]
        stated = {name: getattr(self, name) for name in ("mean", "scale")}
        return Numbers(names, **{n: v and v * ahead for n, v in stated.items()})

    def original(self, rows) -> np.ndarray:
        """Windows in the units that they had, shape (n, steps, columns); float64."""
        return self.columns.original(np.asarray(rows).reshape(-1, *self.shape))

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as float32, if they have the window's size.

        Raises
        ------
        InputError
            If they have another.
        """
        if values.shape[1:] != (prod(self.shape),):
            raise InputError(
                f"a {part} example has shape {values.shape[1:]}, expected {prod(self.shape)} "
                f"numbers: {self.steps} steps of {listed(self.names)}"
            )
        return values.astype(np.float32, copy=False)
