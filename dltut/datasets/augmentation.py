"""Pictures and their masks moved together: flips, turns, shears, crops and elastic warps.

Every pixel of the new picture is looked up at some place of the old one. The place is found once,
for picture and mask: a picture's value lies on cubic splines between pixels, a mask's is that of
the nearest pixel, and what would come from outside is void.

Straight lines between pixels would smooth: turned by any angle, noise keeps two thirds of its
deviation on them, and seven eighths on cubic splines. A network that has learned from smooth
pictures alone is at a loss before one that was not moved.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from dltut.datasets.kinds import VOID
from dltut.exceptions import InputError


@dataclass(frozen=True)
class Augmentation:
    """How far pictures may be moved; everything is drawn anew for each.

    Parameters
    ----------
    flip_rows, flip_columns : bool
        Whether half of the pictures are turned upside down, or seen in a mirror.
    rotation : float
        Degrees at most, either way.
    shear : float
        How far columns slip along rows at most, in rows, either way.
    warp : float
        Standard deviation, in pixels, of where the points of a coarse grid go; between them
        displacements follow cubic splines.
    grid : int
        Points of that grid along each side.
    crop : (rows, columns), optional
        The part that is cut out, anywhere.

    Raises
    ------
    InputError
        If a number is negative or not finite, the grid has fewer than two points, or the crop has
        no pixels.

    References
    ----------
    .. [1] Ronneberger, Fischer, Brox (2015), U-Net, section 3.1.

    Examples
    --------
    >>> mirror = Augmentation(flip_columns=True)
    >>> picture, mask = np.array([[[0.1, 0.2, 0.3]]]), np.array([[1, 2, 3]])
    >>> mirror(picture, mask, np.random.default_rng(2))[1].tolist()
    [[3, 2, 1]]
    """

    flip_rows: bool = False
    flip_columns: bool = False
    rotation: float = 0.0
    shear: float = 0.0
    warp: float = 0.0
    grid: int = 3
    crop: tuple[int, int] | None = None

    def __post_init__(self):
        for name in ("rotation", "shear", "warp"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value < np.inf:
                raise InputError(f"{name} is {value!r}; expected a number of at least 0")
        if not isinstance(self.grid, int) or self.grid < 2:
            raise InputError(f"grid is {self.grid!r}; it counts points along a side, at least 2")
        if self.crop is not None:
            crop = tuple(self.crop) if isinstance(self.crop, tuple | list) else (self.crop,)
            if len(crop) != 2 or not all(isinstance(n, int) and n >= 1 for n in crop):
                raise InputError(f"crop is {self.crop}; expected (rows, columns), each at least 1")
            object.__setattr__(self, "crop", crop)

    def sides(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of what becomes of pictures with these.

        Raises
        ------
        InputError
            If the crop is larger.
        """
        crop = self.crop or tuple(shape)
        if crop[0] > shape[0] or crop[1] > shape[1]:
            raise InputError(
                f"a crop of {crop[0]} x {crop[1]} does not fit into pictures of {shape[0]} x "
                f"{shape[1]}: give a smaller one"
            )
        return crop

    def __call__(
        self, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """A picture (channels, rows, columns) and its mask (rows, columns), moved together.

        Parameters
        ----------
        x, y : array
        rng : Generator
        """
        sides = self.sides(y.shape)
        top, left = (int(rng.integers(n - m + 1)) for n, m in zip(y.shape, sides, strict=True))
        flips = [bool(each and rng.random() < 0.5) for each in (self.flip_rows, self.flip_columns)]
        if self.rotation or self.shear or self.warp:
            x, y = self._bent(x, y, (top, left), sides, rng)
        else:
            here = slice(top, top + sides[0]), slice(left, left + sides[1])
            x, y = x[:, *here], y[here]
        turned = tuple(slice(None, None, -1 if each else 1) for each in flips)
        return x[:, *turned], y[turned]

    def _bent(self, x, y, corner, sides, rng):
        places = self._places(y.shape, corner, sides, rng)
        nearest = {"order": 0, "mode": "constant", "cval": VOID}
        # "mirror": what a picture shows beyond its border is void in the mask
        between = {"order": 3, "mode": "mirror"}
        moved = np.stack([scipy.ndimage.map_coordinates(each, places, **between) for each in x])
        # splines overshoot at an edge
        return moved.clip(x.min(), x.max()), scipy.ndimage.map_coordinates(y, places, **nearest)

    def _places(self, shape, corner, sides, rng) -> np.ndarray:
        """Where in the old picture each new pixel is looked up, (2, rows, columns)."""
        angle = np.deg2rad(rng.uniform(-self.rotation, self.rotation))
        slip = rng.uniform(-self.shear, self.shear)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = (np.array(shape, dtype=float) - 1) / 2
        rows, columns = (
            np.arange(at, at + n, dtype=float) - m
            for at, n, m in zip(corner, sides, middle, strict=True)
        )
        places = np.stack(np.meshgrid(rows, columns, indexing="ij"))
        places = np.einsum("ij,jrc->irc", turn @ np.array([[1, 0], [slip, 1]]), places)
        if self.warp:
            places += self._displacements(shape, corner, sides, rng)
        return places + middle[:, None, None]

    def _displacements(self, shape, corner, sides, rng) -> np.ndarray:
        moved = rng.normal(0, self.warp, (2, self.grid, self.grid))
        rows, columns = (
            np.linspace(0, self.grid - 1, n)[at : at + m] if n > 1 else np.zeros(1)
            for n, at, m in zip(shape, corner, sides, strict=True)
        )
        points = np.meshgrid(rows, columns, indexing="ij")
        return np.stack(
            [scipy.ndimage.map_coordinates(e, points, order=3, mode="nearest") for e in moved]
        )


def augmented(
    x: np.ndarray, y: np.ndarray, how: Augmentation, seed: int, epoch: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """All pictures and masks of a split, moved as `how` says.

    Parameters
    ----------
    x : array, shape (n, channels, rows, columns)
    y : array, shape (n, rows, columns)
    how : Augmentation
    seed, epoch : int
        With the number of the row they give what is drawn for it, so that an epoch is the same
        whenever it is made, in whatever order.

    Returns
    -------
    float32 array, shape (n, channels, rows, columns), and int32 array, shape (n, rows, columns)

    Examples
    --------
    >>> x, y = np.zeros((2, 1, 9, 9)), np.zeros((2, 9, 9), int)
    >>> augmented(x, y, Augmentation(rotation=10, crop=(5, 5)), seed=1)[1].shape
    (2, 5, 5)
    """
    sides = how.sides(y.shape[1:])
    new_x = np.empty((*x.shape[:2], *sides), np.float32)
    new_y = np.empty((len(y), *sides), np.int32)
    for row in range(len(x)):
        rng = np.random.default_rng([seed, epoch, row])
        new_x[row], new_y[row] = how(x[row], y[row], rng)
    return new_x, new_y
