"""Rays through layers: a class for each of their steps, from files or drawn from a seed.

The tutorial's rays go through the six layers of the cortex; each has an intensity that was measured
and the same made smooth.
"""

from os import PathLike
from pathlib import Path

import numpy as np
import scipy

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import Masks, Series
from dltut.datasets.layouts import table_text
from dltut.exceptions import InputError
from dltut.machine.checks import check_counts
from dltut.machine.seeds import random_state

NAMES = ("outside", *(f"layer {k}" for k in range(1, 7)))
CHANNELS = ("smooth", "raw")
FILES = {"raw": "training_raw.txt", "smooth": "training_geo.txt", "y": "training_cls.txt"}
COUNTS = 1536, 512, 512
LEVELS = np.array([0.15, 0.3, 0.65, 0.5, 0.8, 0.45, 0.6])  # of each class, on the average
ROUGHNESS = np.array([0.02, 0.04, 0.1, 0.07, 0.1, 0.06, 0.08])


def rays(steps: int = 200, counts: tuple[int, int, int] = COUNTS, seed: int = 1234) -> Dataset:
    """Made-up rays: from outside through six layers, each of its own thickness and texture.

    Parameters
    ----------
    steps : int
        At least 50.
    counts : three int
        Rays in each part.
    seed : int

    Examples
    --------
    >>> data = rays(counts=(4, 2, 2))
    >>> data.train.x.shape, data.train.y.shape, data.inputs.names
    ((4, 400), (4, 200), ('smooth', 'raw'))
    """
    check_counts("steps", least=50, steps=steps)
    rng, parts = np.random.default_rng(seed), []
    for count in counts:
        pairs = [ray(rng, steps) for _ in range(count)]
        parts.append([np.stack(each) for each in zip(*pairs, strict=True)])
    return _dataset(parts, "rays")


def ray(rng: np.random.Generator, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """One ray (steps, 2) of smooth and raw intensities, and the class of each step (steps,)."""
    thickness = rng.dirichlet(np.full(len(NAMES), 25.0))
    y = np.searchsorted(np.cumsum(thickness)[:-1], np.linspace(0, 1, steps), side="right")
    levels = LEVELS + rng.normal(0, 0.04, len(NAMES)) + rng.normal(0, 0.05)
    raw = levels[y] + ROUGHNESS[y] * rng.normal(size=steps)
    return np.stack([scipy.ndimage.gaussian_filter1d(raw, 3), raw], axis=1), y


def read_rays(folder: str | PathLike, seed: int = 1234) -> Dataset:
    """The rays in a folder as the tutorial had it, cut into parts.

    Parameters
    ----------
    folder : path
        With ``training_raw.txt``, ``training_geo.txt`` (the smooth intensities) and
        ``training_cls.txt``: a ray a line, numbers with spaces or commas between.
    seed : int
        Of the choice of rays: 15 in 100 are for validation, as many for the test.

    Raises
    ------
    InputError
        If a file is missing or damaged, or they do not have as many numbers.
    """
    folder = Path(folder)
    arrays = {name: _table(folder / file) for name, file in FILES.items()}
    shapes = {each.shape for each in arrays.values()}
    if len(shapes) > 1:
        told = ", ".join(f"{FILES[name]} {each.shape}" for name, each in arrays.items())
        raise InputError(f"{folder}: the files have different sizes: {told}; expected a ray a line")
    y = arrays["y"]
    if (y != np.floor(y)).any() or y.min() < 0 or y.max() >= len(NAMES):
        raise InputError(
            f"{folder / FILES['y']} holds {y.min():g} to {y.max():g}; expected "
            f"whole numbers from 0 to {len(NAMES) - 1}: outside and six layers"
        )
    x, y, n = np.stack([arrays["smooth"], arrays["raw"]], axis=2), y.astype(np.int64), len(y)
    size = max(1, round(0.15 * n))
    if n < 3:
        raise InputError(f"{folder} has {n} rays; expected three or more, one for each part")
    order = random_state(seed).permutation(n)
    rows = order[2 * size :], order[:size], order[size : 2 * size]
    return _dataset([(x[each], y[each]) for each in rows], folder.name)


def has_rays(folder: str | PathLike) -> bool:
    """Whether a folder is one of rays."""
    return Path(folder, FILES["y"]).is_file()


def _dataset(parts, name) -> Dataset:
    columns = Series(CHANNELS, parts[0][0].shape[1]).columns
    fitted = columns.fitted(parts[0][0].reshape(-1, len(CHANNELS)))
    inputs = Series(CHANNELS, parts[0][0].shape[1], fitted.mean, fitted.scale)
    splits = [Split(x=fitted.standardised(x).reshape(len(x), -1), y=y) for x, y in parts]
    return Dataset(*splits, name, inputs, Masks(NAMES))


def _table(path: Path) -> np.ndarray:
    text = table_text(path).replace(",", " ")
    widths = {len(line.split()) for line in text.splitlines()} - {0}
    if len(widths) != 1:
        raise InputError(f"{path} has lines of {sorted(widths)[:3]} numbers; expected a ray a line")
    try:
        values = np.array(text.split(), dtype=np.float64).reshape(-1, *widths)
    except ValueError:
        raise InputError(f"{path} holds what is no number: expected a ray a line") from None
    if not np.isfinite(values).all():
        raise InputError(f"{path} holds NaN or infinite values: remove these rays in all files")
    return values
