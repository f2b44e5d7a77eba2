"""A data set from a folder of pictures with one subfolder for each class."""

import re
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.picture_files import endings, is_deep, read_picture, white_of
from dltut.datasets.pictures import checked_shape, resized
from dltut.exceptions import InputError, nearest
from dltut.machine.files import unreadable
from dltut.machine.notices import bar, say
from dltut.machine.seeds import random_state

PARTS = ("train", "valid", "test")
PART_OF = {
    **dict.fromkeys(["train", "training", "trainset"], "train"),
    **dict.fromkeys(["valid", "validation", "validate", "val", "valset", "dev", "devset"], "valid"),
    **dict.fromkeys(["test", "testing", "tests", "testset"], "test"),
}
FILLERS = {"set", "data", "dataset", "split", "images", "imgs", "img", "pictures", "photos"}

# What systems and programs leave in folders; whatever begins with a dot is left out, too.
HELPERS = {
    "__macosx", "@eadir", "#recycle", "@recycle", "$recycle.bin", "system volume information",
    "lost+found", "__pycache__", "thumbs.db", "desktop.ini",
}  # fmt: skip
HIDDEN = "that are hidden or of other programs"
OUTSIDE = "in no class"
OTHER = "that are no pictures"


def load(
    folder: str | PathLike,
    image_shape: tuple[int, int, int] = (1, 28, 28),
    seed: int = 1234,
    white: float | None = None,
) -> Dataset:
    """The pictures in `folder`, brought to one size, in three splits.

    Parameters
    ----------
    folder : path
        Either one subfolder for each class, whose pictures are then divided, or ``train``,
        ``test`` and perhaps ``valid``, each with one subfolder for each class. The splits may have
        other usual names, such as ``Training`` or ``val``, which is then said. A sixth of each
        class in ``train`` stands in for a missing ``valid``.
    image_shape : (channels, height, width)
        1 channel for grey, 3 for colour. Pictures of other sizes are resized; other proportions
        are stretched.
    seed : int
        Of the draw that divides the pictures of each class: three fifths to train, one to
        validate, one to test; and of the order of each split.
    white : number, optional
        What is white in pictures of more than 8 bits; default: told by the largest number in all
        of them, see `dltut.datasets.picture_files.white_of`, and said.

    Returns
    -------
    Dataset
        Rows hold channel after channel, values in [0, 1): 8-bit values divided by 256. Classes are
        the subfolders' names, sorted.

    Raises
    ------
    InputError
        If there are no classes or too few pictures, it is not certain which subfolders are splits
        and which are classes, or a picture is damaged.

    Notes
    -----
    See-through pixels count as white. Files that are not pictures by their name's ending, and what
    lies in hidden folders or those of systems and programs (``.ipynb_checkpoints``,
    ``__MACOSX``), are left out, and their number is said.
    """
    image_shape = checked_shape(image_shape)
    folder, rng = Path(folder), random_state(seed)
    left_out = {OTHER: [], HIDDEN: [], OUTSIDE: []}
    classes, parts = _divided(folder, rng, left_out)
    for reason, paths in left_out.items():
        if paths:
            say(f"data: left out files {reason} ({len(paths):,}, like {paths[0]})")
    with bar(sum(map(len, parts)), f"reading {folder.name}", "pictures") as progress:
        splits = _read(parts, image_shape, rng, white, progress)
    return Dataset(*splits, folder.resolve().name, image_shape, tuple(classes))


def _divided(folder: Path, rng, left_out: dict) -> tuple[list[str], list[list]]:
    """The classes, and the pictures of each part with their labels."""
    names = _subfolders(folder)
    parts = _given_parts(folder, names)
    _set_aside(folder, left_out)
    if not parts:
        _check_order(folder, names)
        return names, _drawn_parts(folder, names, rng, left_out)
    classes = _subfolders(folder / parts["train"])
    for name in parts.values():
        for each in _subfolders(folder / name):
            if each not in classes:
                raise InputError(
                    f"{folder / name / each}: {parts['train']} has no such class: "
                    f"{nearest(each, classes)}"
                )
        _set_aside(folder / name, left_out)
    found = {part: _pictures(folder / name, classes, left_out) for part, name in parts.items()}
    if "valid" not in found:
        train = folder / parts["train"]
        found["valid"], found["train"] = _drawn(6, found["train"], train, classes, rng)
    return classes, [found[part] for part in PARTS]


def _given_parts(folder: Path, names: list[str]) -> dict[str, str]:
    """The subfolder of each part; none if the subfolders are classes.

    Where it is not certain that they are the one or the other, it is an error.
    """
    named = [name for name in names if part_of(name)]
    others = [name for name in names if name not in named]
    holding = [name for name in named if any(map(_is_class, _entries(folder / name)))]
    if not named or (not holding and [name.casefold() for name in named] == ["train"]):
        return {}  # a train may be a class, beside a bus
    if not holding:
        raise InputError(
            f"{folder}: {' and '.join(named)} would be splits by name, but hold no subfolders; "
            "expected one for each class in each; rename them if they are classes"
        )
    if others:
        hint = nearest(others[0], PARTS)
        raise InputError(f"{folder} has {named[0]} and also {others[0]}: {hint}")
    parts = {part_of(name): name for name in named}
    if len(parts) < len(named):
        twice = [name for name in named if list(map(part_of, named)).count(part_of(name)) > 1]
        raise InputError(f"{folder} has {' and '.join(twice)}, which mean the same: keep one")
    if "train" not in parts or "test" not in parts:
        given, absent = ("train", "test") if "train" in parts else (next(iter(parts)), "train")
        hint = f", or give {folder / parts[given]}" if given == "train" else ""
        raise InputError(f"{folder} has {parts[given]} but no {absent}: add it{hint}")
    if set(named) != set(parts):
        say(
            "data: took " + ", ".join(f"{parts[each]} as {each}" for each in PARTS if each in parts)
        )
    return parts


def part_of(name: str) -> str | None:
    """Which split a folder's name stands for, if any."""
    words = [word for word in re.findall("[a-z]+", name.casefold()) if word not in FILLERS]
    return PART_OF.get(words[0]) if len(words) == 1 else None


def _check_order(folder: Path, classes: list[str]) -> None:
    """Refuse classes that are divided inside: cat/train, cat/test, dog/train, dog/test."""
    for name in classes:
        inside = [each.name for each in _entries(folder / name) if _is_class(each)]
        parts = [each for each in inside if part_of(each)]
        if len(parts) > 1:
            raise InputError(
                f"{folder / name} holds {' and '.join(parts)}: put the classes into the splits, "
                f"{Path(parts[0], name)} and so on, or take these folders away"
            )


def _subfolders(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: check its name")
    names = [each.name for each in _entries(folder) if _is_class(each)]
    if len(names) < 2:
        inner = f"; is it {folder / names[0]}?" if names else ""
        raise InputError(
            f"{folder} has {len(names)} subfolders; expected one for each class, two at least"
            + inner
        )
    return names


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(folder, error) from None


def _is_class(path: Path) -> bool:
    return path.is_dir() and not is_hidden(path.name)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden, or one that systems and programs leave behind."""
    return name[0] == "." or name.casefold() in HELPERS


def _set_aside(folder: Path, left_out: dict) -> None:
    """Note what lies beside the subfolders that are read, but nobody's .git."""
    for path in _entries(folder):
        if path.name[0] == ".":
            continue
        if is_hidden(path.name):
            left_out[HIDDEN] += _files(path)
        elif path.is_file():
            left_out[OUTSIDE if path.suffix.lower() in endings() else OTHER].append(path)


def _files(path: Path) -> list[Path]:
    """Every file below a folder, or the file itself."""
    return sorted(each for each in [path, *path.rglob("*")] if each.is_file())


def _pictures(folder: Path, classes: list[str], left_out: dict) -> list[tuple[Path, int]]:
    """Each picture's path and label, in the order of classes and names."""
    known, pictures = endings(), []
    for label, name in enumerate(classes):
        for path in _files(folder / name):
            if any(map(is_hidden, path.relative_to(folder / name).parts)):
                left_out[HIDDEN].append(path)
            elif path.suffix.lower() not in known:
                left_out[OTHER].append(path)
            else:
                pictures.append((path, label))
    return pictures


def _drawn_parts(folder: Path, classes: list[str], rng, left_out: dict) -> list[list]:
    """Three fifths, one fifth and one fifth of each class's pictures."""
    valid, rest = _drawn(5, _pictures(folder, classes, left_out), folder, classes, rng)
    test, train = _drawn(4, rest, folder, classes, rng)
    return [train, valid, test]


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


def _read(parts: list[list], image_shape: tuple, rng, white: float | None, progress) -> list[Split]:
    """The splits, each in an order drawn with `rng`."""
    splits, deep = [], []
    for pictures in parts:
        order = rng.permutation(len(pictures))
        x = np.empty((len(pictures), *image_shape), dtype=np.float32)
        splits.append((x, np.array([pictures[index][1] for index in order], dtype=np.int64)))
        for row, index in enumerate(order):
            path = pictures[index][0]
            picture = read_picture(path)
            if white is None and is_deep(picture):
                deep.append((x, row, path, picture.mode == "F", white_of(picture, path)))
            else:
                x[row] = resized(picture, image_shape, white)
            progress.update()
    for is_fraction in (False, True):
        _read_deep([each for each in deep if each[3] == is_fraction], image_shape)
    return [Split(x, y) for x, y in splits]


def _read_deep(pictures: list, image_shape: tuple) -> None:
    """Pictures of more than 8 bits, once it is known what white is in all of them together."""
    if not pictures:
        return
    white, largest = max(found for *_, found in pictures)
    say(
        f"data: {len(pictures):,} pictures of more than 8 bits hold numbers up to {largest:g}, so "
        f"{white} is taken as white"
    )
    for x, row, path, *_ in pictures:
        x[row] = resized(path, image_shape, white)
