"""A data set from a folder of pictures with one subfolder for each class."""

from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image

from dltut.datasets.base import Dataset, Split
from dltut.datasets.pictures import resized
from dltut.exceptions import InputError, nearest
from dltut.machine.progress import bar, say

PARTS = ("train", "valid", "test")


def load(
    folder: str | PathLike, image_shape: tuple[int, int, int] = (1, 28, 28), seed: int = 1234
) -> Dataset:
    """The pictures in `folder`, brought to one size, in three splits.

    Parameters
    ----------
    folder : path
        Either one subfolder for each class, whose pictures are then divided, or ``train``,
        ``test`` and perhaps ``valid``, each with one subfolder for each class. A sixth of each
        class in ``train`` stands in for a missing ``valid``.
    image_shape : (channels, height, width)
        1 channel for grey, 3 for colour. Pictures of other sizes are resized; other proportions
        are stretched.
    seed : int
        Of the draw that divides the pictures of each class: three fifths to train, one to
        validate, one to test; and of the order of each split.

    Returns
    -------
    Dataset
        Rows hold channel after channel, values in [0, 1): 8-bit values divided by 256. Classes are
        the subfolders' names, sorted.

    Raises
    ------
    InputError
        If there are no classes or too few pictures, or a picture is damaged.

    Notes
    -----
    See-through pixels count as white. Files that are not pictures by their name's ending are left
    out, and their number is said.
    """
    _check_shape(image_shape)
    folder, rng = Path(folder), np.random.RandomState(seed)
    names = _subfolders(folder)
    if "train" in names:
        classes, parts = _given_parts(folder, names, rng)
    else:
        classes, parts = names, _drawn_parts(folder, names, rng)
    with bar(sum(map(len, parts)), f"reading {folder.name}", "pictures") as progress:
        splits = [_split(part, image_shape, rng, progress) for part in parts]
    return Dataset(*splits, folder.resolve().name, tuple(image_shape), tuple(classes))


def _subfolders(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: check its name")
    names = sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name[0] != ".")
    if len(names) < 2:
        raise InputError(
            f"{folder} has {len(names)} subfolders; expected one for each class, two at least"
        )
    return names


def _pictures(folder: Path, classes: list[str]) -> list[tuple[Path, int]]:
    """Each picture's path and label, in the order of classes and names."""
    files = [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and path.name[0] != "."
    ]
    endings = Image.registered_extensions()
    pictures = [(path, label) for path, label in files if path.suffix.lower() in endings]
    if len(pictures) < len(files):
        others = next(path for path, _ in files if path.suffix.lower() not in endings)
        say(
            f"data: left out {len(files) - len(pictures)} files that are no pictures, like {others}"
        )
    return pictures


def _drawn_parts(folder: Path, classes: list[str], rng) -> list[list]:
    """Three fifths, one fifth and one fifth of each class's pictures."""
    valid, rest = _drawn(5, _pictures(folder, classes), folder, classes, rng)
    test, train = _drawn(4, rest, folder, classes, rng)
    return [train, valid, test]


def _given_parts(folder: Path, names: list[str], rng) -> tuple[list[str], list[list]]:
    """Classes, and the pictures of the parts that are there, validation drawn where it is not."""
    unknown = next((name for name in names if name not in PARTS), None)
    if unknown:
        raise InputError(f"{folder} has train and also {unknown}: {nearest(unknown, PARTS)}")
    if "test" not in names:
        raise InputError(f"{folder} has train but no test: add it, or give {folder / 'train'}")
    classes = _subfolders(folder / "train")
    for name in names:
        for each in _subfolders(folder / name):
            if each not in classes:
                raise InputError(
                    f"{folder / name / each}: train has no such class: {nearest(each, classes)}"
                )
    parts = {name: _pictures(folder / name, classes) for name in names}
    if "valid" not in parts:
        train = folder / "train"
        parts["valid"], parts["train"] = _drawn(6, parts["train"], train, classes, rng)
    return classes, [parts[name] for name in PARTS]


def _drawn(share: int, pictures: list, folder: Path, classes: list[str], rng) -> tuple[list, list]:
    """One in `share` of each class's pictures, drawn with `rng`, and the rest."""
    drawn, rest = [], []
    for label, name in enumerate(classes):
        own = [each for each in pictures if each[1] == label]
        if len(own) < share:
            raise InputError(
                f"{folder / name} has {len(own)} pictures, expected at least {share}: "
                f"one in {share} is held out"
            )
        order = rng.permutation(len(own))
        drawn.extend(own[row] for row in order[: len(own) // share])
        rest.extend(own[row] for row in order[len(own) // share :])
    return drawn, rest


def _split(pictures: list, image_shape: tuple, rng, progress) -> Split:
    order = rng.permutation(len(pictures))
    x = np.empty((len(pictures), *image_shape), dtype=np.float32)
    for row, index in enumerate(order):
        x[row] = resized(pictures[index][0], image_shape)
        progress.update()
    return Split(x, np.array([pictures[index][1] for index in order], dtype=np.int64))


def _check_shape(image_shape: tuple) -> None:
    if len(image_shape) != 3 or image_shape[0] not in (1, 3) or min(image_shape) < 1:
        raise InputError(
            f"image_shape is {tuple(image_shape)}; expected (channels, height, width) with "
            "1 channel for grey or 3 for colour"
        )
