"""Pictures with a class for each pixel: by name, or from folders of pictures and masks."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image

from dltut.datasets import brain, rays, shapes
from dltut.datasets.base import Dataset, Split
from dltut.datasets.images import is_hidden, part_of
from dltut.datasets.kinds import VOID, Masks, Pictures
from dltut.datasets.mask_files import (
    ClassTable,
    labels_in,
    numbers_in,
    read_table,
    table_of_numbers,
)
from dltut.datasets.picture_files import endings, read_frames
from dltut.datasets.pictures import checked_shape, whole
from dltut.exceptions import InputError, nearest, printable
from dltut.machine.notices import bar, say
from dltut.machine.seeds import random_state

NAMES = ("auto", "brain", "rays", "shapes")
IMAGES = ("images", "image", "imgs", "img", "pictures", "volume")
MASKS = ("masks", "mask", "labels", "label", "annotations", "gt")
TABLE = "classes.csv"
PARTS = ("train", "valid", "test")
QUICK = 24, 12, 12
MEMORY = 2**31  # bytes of all pictures together
NAMED = 3  # files without a partner, after the first
Pair = tuple[Path, Path]


def load(
    dataset: str | PathLike = "auto",
    data_dir: str | PathLike | None = None,
    quick: bool = False,
    *,
    image_shape: tuple[int, int, int] | None = None,
    seed: int = 1234,
) -> Dataset:
    """Pictures and their masks.

    Parameters
    ----------
    dataset : {"auto", "brain", "shapes", "rays"} or path
        "brain": `dltut.datasets.brain`; "shapes" and "rays" are drawn from a seed,
        `dltut.datasets.shapes` and `dltut.datasets.rays`. "auto": brain where the data folder has
        it, else shapes. A path leads to a folder, see `from_folder`, or to one with the tutorial's
        rays.
    data_dir : path, optional
        The data folder, else the configured one.
    quick : bool
        Only some pictures, to see that something runs.
    image_shape : (channels, rows, columns), optional
        Of a folder: what its pictures are brought to.
    seed : int
        Of what is drawn.

    Raises
    ------
    InputError
        If there is no such data set, or it is damaged.

    Examples
    --------
    >>> load("shapes", quick=True)
    Dataset(shapes: 24 / 12 / 12 examples, pictures of 1 x 64 x 64, a class for each pixel (...))
    """
    name = str(dataset)
    if name == "auto":
        name = "brain" if brain.find(data_dir) else "shapes"
    if name in NAMES and image_shape is not None:
        raise InputError(f"image_shape is for folders of your own: {name} has its own sizes")
    if name == "brain":
        data = brain.load(data_dir)
    elif name == "shapes":
        data = shapes.shapes(counts=QUICK if quick else shapes.COUNTS, seed=seed)
    elif name == "rays":
        data = rays.rays(counts=QUICK if quick else rays.COUNTS, seed=seed)
    elif not Path(dataset).is_dir():
        raise InputError(
            f"there is no folder {dataset} of pictures and masks: {nearest(name, NAMES)}"
        )
    elif rays.has_rays(dataset):
        data = rays.read_rays(dataset, seed)
    else:
        data = from_folder(dataset, image_shape, seed)
    sizes = " / ".join(f"{len(split):,}" for split in data)
    say(f"data: {data.name} ({sizes}), {data.inputs}, {data.targets}")
    if not quick:
        return data
    train, valid, test = (split[:n] for split, n in zip(data, QUICK, strict=True))
    return replace(data, train=train, valid=valid, test=test)


def from_folder(
    folder: str | PathLike, image_shape: tuple[int, int, int] | None = None, seed: int = 1234
) -> Dataset:
    """Pictures and masks of the same names.

    Parameters
    ----------
    folder : path
        With the folders ``images`` and ``masks`` (or ``labels``), or these in ``train``, ``test``
        and perhaps ``valid``; or with stacks of pages as the ISBI challenge has them,
        ``train-volume.tif`` and ``train-labels.tif``. What masks mean may stand in
        ``classes.csv``, see `dltut.datasets.mask_files.read_table`.
    image_shape : (channels, rows, columns), optional
        What pictures are resized to, masks by their nearest pixels. Default: they stay as large as
        they are, and beside smaller ones than the largest there is void; three channels if one has
        colours.
    seed : int
        Of the choice of pictures for parts that have no folder; pages of one stack are cut into
        blocks instead, since neighbours look alike.

    Raises
    ------
    InputError
        If a picture has no mask or a mask no picture, their sizes differ, a label is not among the
        classes, `image_shape` is none, or something is damaged.
    """
    folder = Path(folder)
    if image_shape is not None:
        image_shape = checked_shape(image_shape)
    given = _pairs(folder)
    pairs = [pair for part in given.values() for pair in part]
    pages, held = [], 0
    for pair in _shown(pairs, folder):
        pages += (found := _pages(pair))
        held += sum(8 * image.width * image.height for _, image, _ in found)
        if held > MEMORY:
            raise InputError(
                f"{folder}: {len(pages)} of its pictures have {held // 8:,} pixels, and do not fit "
                "into the memory: make them smaller, or take some away"
            )
    table = _table(folder, pages)
    frames = {part: [] for part in given}
    of_pair = {pair: part for part, each in given.items() for pair in each}
    for (picture, mask), image, labels in pages:
        frames[of_pair[picture, mask]].append((image, labels_in(labels, table, mask)))
    shape, preparation = image_shape or _largest(pages), "resize" if image_shape else "whole"
    if sum(map(len, frames.values())) * np.prod(shape) * 8 > MEMORY:
        raise InputError(
            f"{folder}: {len(pages)} pictures of {shape} do not fit into the memory: give a "
            "smaller image_shape"
        )
    is_stack = len(pairs) < len(pages)
    parts = _parts(frames, is_stack, random_state(seed), folder)
    splits = [_split(parts[part], shape, resize=image_shape is not None) for part in PARTS]
    inputs = Pictures(shape, preparation=preparation)
    return Dataset(*splits, folder.resolve().name, inputs, Masks(table.names, table.shown))


def _pairs(folder: Path) -> dict[str, list[Pair]]:
    """{part: pairs of files}; one part, "", where they are not divided."""
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: check its name")
    if _sides(folder):
        return {"": _matched(*_sides(folder))}
    parts = {
        part_of(each.name): _sides(each)
        for each in sorted(folder.iterdir())
        if each.is_dir() and part_of(each.name) and _sides(each)
    }
    if "train" in parts:
        return {part: _matched(*sides) for part, sides in parts.items()}
    tiffs = (each for each in folder.iterdir() if each.suffix.lower() in (".tif", ".tiff"))
    stacks = {each.name.lower(): each for each in tiffs}
    volumes = {name: each for name, each in stacks.items() if "volume" in name}
    pairs = [
        (each, stacks[name.replace("volume", "labels")])
        for name, each in sorted(volumes.items())
        if name.replace("volume", "labels") in stacks
    ]
    if not pairs:
        raise InputError(
            f"{folder} has no folders images and masks, none in train and test, and no stacks "
            "train-volume.tif and train-labels.tif"
        )
    return {"": pairs}


def _sides(folder: Path) -> tuple[Path, Path] | None:
    """The folders of pictures and of masks in one."""
    inside = {each.name.lower(): each for each in folder.iterdir() if each.is_dir()}
    found = [next((inside[n] for n in names if n in inside), None) for names in (IMAGES, MASKS)]
    return None if None in found else tuple(found)


def _matched(images: Path, masks: Path) -> list[Pair]:
    """Pictures and masks of the same names, whatever their endings."""
    pictures, others = (_by_stem(each) for each in (images, masks))
    for here, there, what in ((pictures, others, "mask"), (others, pictures, "picture")):
        missing = sorted(set(here) - set(there))
        if missing:
            first, *others = [here[stem] for stem in missing]
            also = "".join(f", nor has {printable(each.name)}" for each in others[:NAMED])
            more = f", nor {len(others) - NAMED} more" if len(others) > NAMED else ""
            place = masks if what == "mask" else images
            raise InputError(
                f"{first} has no {what} of its name in {place}{also}{more}: add it, or take the "
                "other away"
            )
    if not pictures:
        raise InputError(f"{images} holds no pictures: expected some, and masks in {masks}")
    return [(pictures[stem], others[stem]) for stem in sorted(pictures)]


def _by_stem(folder: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir() or is_hidden(path.name) or path.suffix.lower() not in endings():
            continue
        if path.stem in found:
            raise InputError(f"{found[path.stem]} and {path.name} have the same name: keep one")
        found[path.stem] = path
    return found


def _shown(pairs: Sequence[Pair], folder: Path):
    with bar(len(pairs), f"reading {folder.name}", "pictures") as progress:
        for pair in pairs:
            yield pair
            progress.update(1)


def _pages(pair: Pair) -> list[tuple[Pair, Image.Image, Image.Image]]:
    """The pages of a picture and its mask, as large as each other."""
    pictures, masks = map(read_frames, pair)
    if len(pictures) != len(masks):
        raise InputError(
            f"{pair[0]} has {len(pictures)} pages and {pair[1]} {len(masks)}: expected a mask for "
            "each"
        )
    for picture, mask in zip(pictures, masks, strict=True):
        if picture.size != mask.size:
            sizes = [f"{each.height} x {each.width}" for each in (picture, mask)]
            raise InputError(
                f"{pair[1]} is {sizes[1]} but its picture {sizes[0]}: expected a label for each "
                "pixel"
            )
    return [(pair, *each) for each in zip(pictures, masks, strict=True)]


def _table(folder: Path, pages: list) -> ClassTable:
    """The table in the folder, else the one that the masks suggest."""
    place = next((each for each in (folder / TABLE, folder.parent / TABLE) if each.is_file()), None)
    if place:
        return read_table(place)
    found = set()
    for pair, _, mask in pages:
        found |= set(np.unique(numbers_in(mask, pair[1])).tolist())
    return table_of_numbers(found, str(folder))


def _largest(pages: list) -> tuple[int, int, int]:
    images = [image for _, image, _ in pages]
    grey = all(image.mode in ("1", "L") or image.mode[0] in "IF" for image in images)
    return (1 if grey else 3), max(i.height for i in images), max(i.width for i in images)


def _parts(frames: dict, is_stack: bool, rng, folder: Path) -> dict[str, list]:
    """The frames of each part; a sixth each of what is not divided is to validate and to test."""
    frames = {part or "train": each for part, each in frames.items()}
    missing = [part for part in PARTS[1:] if not frames.get(part)]
    train = frames["train"]
    n = max(1, len(train) // 6)
    if len(train) <= n * len(missing):
        raise InputError(
            f"{folder} has {len(train)} pictures; expected {n * len(missing) + 1} or more, some "
            "for each part"
        )
    order = np.arange(len(train)) if is_stack else rng.permutation(len(train))
    for part in reversed(missing):
        order, rows = order[:-n], order[-n:]
        frames[part] = [train[row] for row in rows]
    return frames | {"train": [train[row] for row in np.sort(order)]}


def _split(frames: list, shape: tuple[int, int, int], resize: bool) -> Split:
    """Pictures and masks in arrays of one size."""
    channels, *sides = shape
    x = np.zeros((len(frames), *shape), np.float32)
    y = np.full((len(frames), *sides), VOID, np.int32)
    for number, (image, labels) in enumerate(frames):
        if resize:
            image = image.resize(sides[::-1], Image.Resampling.BILINEAR)
            pairs = zip(sides, labels.shape, strict=True)
            down, right = (np.arange(n) * m // n for n, m in pairs)
            labels = labels[np.ix_(down, right)]
        x[number, :, : image.height, : image.width] = whole(image, channels)
        y[number, : labels.shape[0], : labels.shape[1]] = labels
    return Split(x=x, y=y)
