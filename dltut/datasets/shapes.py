"""Shapes on a noisy ground, with the class of each pixel: drawn from a seed, so nothing is fetched.

Discs, squares and triangles of any grey level lie on a ground of any other, so that a pixel by
itself says nothing about its class: what counts is the outline, some pixels away.
"""

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import VOID, Masks, Pictures
from dltut.machine.checks import check_counts

NAMES = ("ground", "disc", "square", "triangle")
COLOURS = ((230, 230, 230), (42, 111, 176), (217, 116, 43), (61, 143, 95))
COUNTS = 8000, 400, 1000


def shapes(
    side: int = 64,
    counts: tuple[int, int, int] = COUNTS,
    seed: int = 1234,
    noise: float = 0.08,
    void: bool = True,
) -> Dataset:
    """Pictures of shapes, each with its mask.

    Parameters
    ----------
    side : int
        Rows and columns of a picture, at least 16.
    counts : three int
        Pictures in each part.
    seed : int
    noise : float
        Standard deviation of what is added to each pixel; white is 1.
    void : bool
        Whether what nobody can tell is void: a pixel on either side of every outline, as in
        Pascal's masks, and what is left of a shape of which less than half is seen.

    Examples
    --------
    >>> data = shapes(32, (4, 2, 2))
    >>> data.train.x.shape, data.train.y.shape, data.targets.names[1]
    ((4, 1024), (4, 32, 32), 'disc')
    """
    check_counts("pixels", least=16, side=side)
    rng, splits = np.random.default_rng(seed), []
    for count in counts:
        pairs = [picture(rng, side, noise, void) for _ in range(count)]
        x, y = (np.stack(each) for each in zip(*pairs, strict=True))
        splits.append(Split(x=x, y=y))
    inputs = Pictures((1, side, side), preparation="whole")
    return Dataset(*splits, "shapes", inputs, Masks(NAMES, COLOURS))


def picture(
    rng: np.random.Generator, side: int, noise: float = 0.08, void: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """One picture, (side, side) in 0 to 1, and its mask.

    Parameters
    ----------
    rng : Generator
    side : int
    noise : float
    void : bool
        All as for `shapes`.
    """
    rows, columns = np.mgrid[:side, :side]
    levels = rng.permutation(np.linspace(0.15, 0.85, 6))  # no two alike
    x, y = np.full((side, side), levels[0]), np.zeros((side, side), np.int32)
    seen, areas = np.zeros((side, side), np.int32), [0]  # which shape, from 1; its pixels
    for number, level in enumerate(levels[1 : 1 + rng.integers(2, 5)], start=1):
        kind = int(rng.integers(1, 4))
        size = side * rng.uniform(0.1, 0.2)
        middle = rng.uniform(size, side - 1 - size, size=2)
        angle = rng.uniform(0, 2 * np.pi)
        inside = _inside(kind, rows - middle[0], columns - middle[1], size, angle)
        x[inside], y[inside], seen[inside] = level, kind, number
        areas.append(inside.sum())
    if void:
        is_hidden = np.bincount(seen.ravel(), minlength=len(areas)) < np.divide(areas, 2)
        y = np.where(_edges(y) | is_hidden[seen], VOID, y)
    return (x + noise * rng.normal(size=x.shape)).clip(0, 1).astype(np.float32), y


def _inside(kind, down, right, size, angle):
    """Whether each pixel lies in a disc, square or triangle around 0 that is turned by an angle."""
    if kind == 1:
        return down**2 + right**2 <= size**2
    corners = {2: 4, 3: 3}[kind]
    directions = angle + 2 * np.pi * np.arange(corners) / corners
    reach = {2: 0.85, 3: 0.62}[kind] * size  # from the middle to a side
    return np.all([np.cos(a) * down + np.sin(a) * right <= reach for a in directions], axis=0)


def _edges(y):
    """Pixels with a neighbour, above, below or beside, of another class."""
    edge = np.zeros(y.shape, bool)
    for axis in (0, 1):
        differs = np.diff(y, axis=axis) != 0
        first, second = (
            (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1)),
            (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None)),
        )
        edge[first] |= differs
        edge[second] |= differs
    return edge
