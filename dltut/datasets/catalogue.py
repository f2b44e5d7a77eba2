"""Data sets by name or by path."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from dltut.datasets import (
    digits,
    fashion_mnist,
    images,
    imdb,
    layouts,
    mnist,
    music,
    segmentation,
    slots,
    texts,
    toy_reviews,
)
from dltut.datasets.arrays import Stated, dataset_of, notice
from dltut.datasets.base import Dataset
from dltut.datasets.kinds import Rolls, Words
from dltut.datasets.sources import expanded
from dltut.exceptions import InputError, nearest
from dltut.machine import config
from dltut.machine.files import refusals_told
from dltut.machine.notices import say

SOURCES = {each.name: each for each in (mnist.SOURCE, fashion_mnist.SOURCE)}
TEXTS = ("imdb", "reviews", "toy-reviews")
NAMES = ("auto", "digits", *SOURCES, *TEXTS)
EITHER = ("auto", "reviews")  # what the data folder has, or what is here
KNOWN = {*NAMES, *music.NAMES, *segmentation.NAMES} - {*EITHER}
QUICK = (1200, 600, 600)  # examples; two minibatches of the largest size that the scripts use


def load(
    dataset: str | PathLike = "auto",
    data_dir: str | PathLike | None = None,
    quick: bool = False,
    *,
    target: str | int | Sequence | None = None,
    ignore: Sequence[str | int] = (),
    header: bool | None = None,
    task: str | None = None,
    scale: float | None = None,
    image_shape: tuple[int, int, int] | None = None,
    seed: int = 1234,
    n_words: int | None = None,
    longest: int | None = None,
    longer: str = "cut",
    tokeniser: str = "words",
    dt: float = 0.3,
) -> Dataset:
    """A data set by its name, or from a file or folder.

    Parameters
    ----------
    dataset : {"auto", "digits", "mnist", "fashion-mnist", "reviews", "imdb", ...} or path
        "auto" is MNIST where the data folder has it and the embedded digits elsewhere; "mnist"
        is the whole MNIST or an error. "reviews" is IMDB where the data folder has it and made-up
        reviews, "toy-reviews", elsewhere; "imdb" is IMDB or an error. A path leads to a table (CSV
        or npy), to arrays (npz, or ``mnist.pkl.gz``), a folder of such files, a folder with the
        four idx files, or a folder of pictures or of texts with a subfolder for each class; or to a
        table with a column of texts, or the tutorials' ``imdb.pkl``.
    data_dir : path, optional
        The data folder, else the configured one, `dltut.machine.config.data_dir`.
    quick : bool
        Only the first 1200 / 600 / 600 examples, to see that something runs.
    target : name, number or several, optional
        Which columns of a table are to be predicted; default: the last. Numbers count from 0.
    ignore : names or numbers
        Which columns of a table are left out.
    header : bool, optional
        Whether the first row of a table has the names of the columns; default: if it looks so.
    task : {"classification", "regression", "multilabel", "tagging", "music", "segmentation"}
        What the targets of a path are; default: as they look, and one line says what was decided.
        "tagging" is of sentences whose words have tags, see `dltut.datasets.slots.load`; there
        "auto" is SNIPS or ATIS where the data folder has it, and generated sentences elsewhere.
        "segmentation" is of pictures with a class for each pixel, see
        `dltut.datasets.segmentation.load`.
    scale : float, optional
        What the inputs of a path are divided by; default: 256 for the bytes of pictures, and tables
        are standardised. 1 leaves the values as they are.
    image_shape : (channels, rows, columns), optional
        Of the pictures at a path.
    seed : int
        Of the order in which the examples at a path are drawn into the three parts.
    n_words, longest, longer, tokeniser
        Of texts, see `dltut.datasets.from_texts`; `longest` of music, too.
    dt : float
        Seconds of a frame of music, see `dltut.datasets.music.load`.

    Raises
    ------
    InputError
        If there is no such data set, or it is not there, damaged, or ambiguous.

    Examples
    --------
    >>> train, valid, test = load("digits", quick=True)
    >>> len(train), len(valid), len(test)
    (1200, 600, 600)
    """
    expanded(dataset)
    if task == "music":
        rolls, most = Rolls(dt=dt), music.LONGEST if longest is None else longest
        return music.load(dataset, data_dir, quick, rolls=rolls, longest=most, seed=seed)
    if task == "segmentation":
        names = segmentation.NAMES
        place = dataset if str(dataset) in names else _existing(dataset, data_dir, names)
        sizes = {"image_shape": image_shape, "seed": seed}
        return segmentation.load(place, data_dir, quick, **sizes)
    words = {"n_words": n_words, "longest": longest, "longer": longer}
    if task == "tagging":
        place = None if str(dataset) == "auto" else _existing(dataset, data_dir, ("auto",))
        loaded = slots.load(place, data_dir, seed)
    elif str(dataset) in NAMES:
        if ignore or any(x is not None for x in (target, header, task, scale, image_shape)):
            raise InputError(
                f"{dataset} is known; target, ignore, header, task, scale and image_shape are for "
                "files and folders of your own"
            )
        loaded = _by_name(str(dataset), data_dir, words)
    else:
        stated = Stated(task, scale, image_shape, seed=seed, tokeniser=tokeniser, **words)
        columns = {"target": target, "ignore": ignore, "header": header}
        loaded = _from_path(_existing(dataset, data_dir, NAMES), columns, stated)
    if not isinstance(loaded.inputs, Words) and (n_words, longest) != (None, None):
        raise InputError(f"n_words and longest are for texts: {dataset} holds {loaded.inputs}")
    if not quick:
        return loaded
    train, valid, test = (split[:n] for split, n in zip(loaded, QUICK, strict=True))
    return replace(loaded, train=train, valid=valid, test=test)


def load_data(dataset: str | PathLike = "mnist.pkl.gz") -> list:
    """Three pairs of shared variables, as the tutorials' `load_data` gives them.

    Parameters
    ----------
    dataset : str or path
        A name or path as for `load`. A bare ``mnist.pkl.gz`` that is not there means MNIST in
        whatever form it is found, see `dltut.datasets.mnist.load`.

    Returns
    -------
    list of SharedSplit
        Train, validation, test, each a pair (x, y); x shared floatX, y shared int32.

    Raises
    ------
    InputError
        As for `load`.

    Examples
    --------
    >>> (train_x, train_y), (valid_x, valid_y), (test_x, test_y) = load_data("digits")
    >>> train_x.get_value(borrow=True).shape
    (3000, 784)
    """
    # PyTensor takes a second to import; the rest of this package does without it
    from dltut.machine.shared import shared_dataset

    is_absent = str(dataset) == "mnist.pkl.gz" and not Path(dataset).exists()
    splits = load("auto" if is_absent else dataset)
    return [shared_dataset(split) for split in splits]


@refusals_told()
def _by_name(name: str, data_dir: str | PathLike | None, words: dict) -> Dataset:
    if name == "reviews":
        name = "imdb" if imdb.find(data_dir) else "toy-reviews"
    match name:
        case "auto":
            return mnist.load(data_dir=data_dir)
        case "digits":
            return digits.load()
        case "toy-reviews":
            return toy_reviews.load(**words)
        case "imdb":
            return imdb.load(data_dir=data_dir, **words)
    return SOURCES[name].load(data_dir=data_dir)


@refusals_told()
def _existing(
    dataset: str | PathLike, data_dir: str | PathLike | None, names: Sequence[str]
) -> Path:
    path = expanded(dataset)
    if not path.exists():
        raise InputError(
            f"no data set or file {str(dataset)!r}: {nearest(str(dataset), names)}, "
            f"or a path; the data folder is {config.data_dir(data_dir).absolute()}"
        )
    return path


@refusals_told()
def _from_path(path: Path, columns: dict, stated: Stated) -> Dataset:
    found, name = path, path.resolve().name
    if path.is_file() and imdb.is_pickle(path):
        return imdb.load_pickle(path, stated)
    if path.is_dir():
        places = [path, path / "raw"]  # torchvision's
        lying = [layouts.lying_in(each, of) for each in places for of in (name, "mnist")]
        found = next(filter(None, lying), path if layouts.has_tables(path) else None)
    if found is None and not texts.has_texts(path):
        return _pictures(path, columns, stated)
    parts = layouts.read(found, **columns) if found else texts.read_folder(path)
    if texts.are_texts(parts):
        data = texts.texts_of(parts, name, found or path, stated)
    else:
        data = dataset_of(parts, name, found, stated)
    say(notice(data, found or path, parts))
    return data


def _pictures(folder: Path, columns: dict, stated: Stated) -> Dataset:
    """A folder of pictures; what may be stated of tables and arrays is refused."""
    if any(columns[name] not in (None, ()) for name in columns) or stated.task or stated.scale:
        raise InputError(
            f"{folder} is taken for a folder of pictures: target, ignore, header, task and scale "
            "are for tables and arrays"
        )
    shape = {"image_shape": stated.image_shape} if stated.image_shape else {}
    return images.load(folder, seed=stated.seed, **shape)
