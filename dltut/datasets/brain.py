"""A head in slices: which pixels are grey matter, which white matter.

The volumes are the ICBM 152 average of 152 heads, as the package nilearn carries it: a T1 weighted
picture, and for grey and for white matter how likely each voxel is to be one.

References
----------
.. [1] Fonov, Evans, McKinstry, Almli, Collins (2009), Unbiased nonlinear average age-appropriate
   brain templates from birth to adulthood.
"""

from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import VOID, Masks, Pictures
from dltut.datasets.scaling import WHITE
from dltut.datasets.sources import data_folder
from dltut.datasets.volumes import read_nifti
from dltut.exceptions import InputError

NAMES = ("other", "grey matter", "white matter")
COLOURS = ((25, 25, 25), (217, 116, 43), (42, 111, 176))
KINDS = ("t1", "gm", "wm")
BLOCK, BETWEEN = 8, 2  # slices that stay together; left out between two blocks
LEAST = 0.02  # share of a slice that is matter


def load(data_dir: str | PathLike | None = None, step: int = 2, certain: float = 0.5) -> Dataset:
    """Slices from below to above, cut into parts by blocks: neighbours look alike.

    Parameters
    ----------
    data_dir : path, optional
        The data folder, else the configured one; the volumes lie in it or in its folder brain.
    step : int
        Pixels, each way, that become one, so that a network learns in minutes.
    certain : float
        A pixel whose likeliest class is less likely is void.

    Returns
    -------
    Dataset
        Of five blocks of slices three are to train, one each to validate and to test; two slices
        between blocks are left out.

    Raises
    ------
    InputError
        If the volumes are not there, or do not fit together.
    """
    place = find(data_dir)
    if place is None:
        raise InputError(
            f"no volumes of a head in {data_folder(data_dir).absolute()}: fetch them with "
            "`python -m dltut data brain`"
        )
    t1, grey, white = (_coarser(read_nifti(place[kind]), step) for kind in KINDS)
    if not t1.shape == grey.shape == white.shape:
        raise InputError(
            f"{place['t1'].parent}: the volumes are of different sizes: fetch them again"
        )
    chances = np.stack([255 - grey - white, grey, white]) / 255
    y = np.where(chances.max(axis=0) >= certain, chances.argmax(axis=0), VOID)
    x = (t1 * (WHITE / 255)).clip(0, WHITE)
    parts = _blocks(np.flatnonzero((y > 0).mean(axis=(1, 2)) > LEAST))
    splits = [Split(x=x[rows], y=y[rows]) for rows in parts]
    inputs = Pictures((1, *x.shape[1:]), preparation="whole")
    return Dataset(*splits, "brain", inputs, Masks(NAMES, COLOURS))


def find(data_dir: str | PathLike | None = None) -> dict[str, Path] | None:
    """Where the three volumes lie, {kind: path}; None if one is missing."""
    folder = data_folder(data_dir)
    for place in (folder / "brain", folder):
        found = {kind: next(iter(sorted(place.glob(f"*_{kind}_*.nii.gz"))), None) for kind in KINDS}
        if None not in found.values():
            return found
    return None


def _coarser(volume: np.ndarray, step: int) -> np.ndarray:
    """Slices (z, rows, columns), front above, of step x step pixels each."""
    slices = volume.transpose(2, 1, 0)[:, ::-1]
    rows, columns = (n // step * step for n in slices.shape[1:])
    cells = slices[:, :rows, :columns]
    return cells.reshape(len(cells), rows // step, step, columns // step, step).mean(axis=(2, 4))


def _blocks(numbers: np.ndarray) -> list[np.ndarray]:
    """Slices of the three parts."""
    places = np.arange(len(numbers))
    number, within = places // (BLOCK + BETWEEN), places % (BLOCK + BETWEEN)
    kept = within < BLOCK
    turn = number % 5
    is_valid, is_test = kept & (turn == 2), kept & (turn == 4)
    return [numbers[each] for each in (kept & ~is_valid & ~is_test, is_valid, is_test)]
