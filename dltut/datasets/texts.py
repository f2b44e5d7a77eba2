"""Texts as a data set: cut into words, numbered, padded to rows, and sorted by length."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from dltut.datasets.arrays import Parts, Stated, dataset_of, notice
from dltut.datasets.base import PARTS, Dataset, Split
from dltut.datasets.images import is_hidden, part_of
from dltut.datasets.kinds import Words
from dltut.datasets.words import FIRST, UNKNOWN, Vocabulary, vocabulary_of
from dltut.exceptions import InputError
from dltut.machine.files import read_plain, unreadable
from dltut.machine.notices import bar, say

N_WORDS = 10_000  # as in the tutorials
ENDING = ".txt"
UNLABELLED = "unsup"  # a folder of the IMDB reviews


def from_texts(
    texts: Sequence[str],
    y: ArrayLike | None = None,
    name: str = "texts",
    task: str | None = None,
    n_words: int | None = None,
    longest: int | None = None,
    longer: str = "cut",
    tokeniser: str = "words",
    seed: int = 1234,
) -> Dataset:
    """Texts and their targets as a data set: divided 60 / 20 / 20 at random, words numbered.

    Parameters
    ----------
    texts : sequence of str
    y : array, shape (n,) or (n, k), optional
        As for `dltut.datasets.from_arrays`.
    name : str
    task : {"classification", "regression", "multilabel"}, optional
        Default: as y looks, and one line says what was decided.
    n_words : int, optional
        How many numbers there are for words, padding and unknown words among them: the most
        frequent words of the training part; default: 10,000.
    longest : int, optional
        What longer texts are cut to, or from which length on they are left out.
    longer : {"cut", "drop"}
        "drop" leaves texts of `longest` words or more out of the training and the validation part,
        as the tutorial does; those of the test part stay as long as they are.
    tokeniser : {"words", "spaces", "characters"}
        As for `dltut.datasets.Words`.
    seed : int
        Of the draw.

    Raises
    ------
    InputError
        If there are not as many targets as texts, or too few texts.

    Examples
    --------
    >>> texts = ["a good film", "a bad one", "good, good!"] * 5
    >>> data = from_texts(texts, ["good", "bad", "good"] * 5, n_words=5)
    >>> data
    Dataset(texts: 9 / 3 / 3 examples, 3 words, 2 classes)
    >>> data.inputs.vocabulary.names
    ('good', 'a', 'film')
    """
    stated = Stated(task, seed=seed, n_words=n_words, longest=longest, longer=longer)
    parts = Parts([(list(texts), y)], draws=True)
    data = texts_of(parts, name, name, replace(stated, tokeniser=tokeniser))
    say(notice(data, name, parts))
    return data


def are_texts(parts: Parts) -> bool:
    """Whether the inputs that were read are texts, or rows of numbers of words."""
    x = parts.pairs[0][0]
    return isinstance(x, list) and bool(x) and isinstance(x[0], str)


def texts_of(parts: Parts, name: str, place: object, stated: Stated) -> Dataset:
    """A data set made of texts that were read; what was decided is added to the notes.

    Parameters
    ----------
    parts : Parts
        Their x are lists of texts.
    name : str
        Of the data set.
    place : path or str
        Where it was read, for messages.
    stated : Stated

    Raises
    ------
    InputError
        If the texts and targets do not fit one another.
    """
    given = [text for texts, _ in parts.pairs for text in texts]
    rows, divided = _divided(parts, name, place, stated)
    reader = Words((), tokeniser=stated.tokeniser)
    with bar(len(given), f"cutting {name} into words", "texts") as progress:
        tokens = []
        for text in given:
            tokens.append(reader.tokens(text))
            progress.update()
    vocabulary = vocabulary_of((tokens[row] for row in rows[0]), stated.n_words or N_WORDS)
    numbers = [vocabulary.numbers(each) for each in tokens]
    return _padded(numbers, vocabulary, rows, divided, parts, stated)


def numbers_of(
    parts: Parts, vocabulary: Vocabulary | None, name: str, place: object, stated: Stated
) -> Dataset:
    """As `texts_of`, of texts whose words were numbered before, the most frequent words first.

    Parameters
    ----------
    parts : Parts
        Their x are lists of lists of numbers.
    vocabulary : Vocabulary or None
        The words of the numbers; None calls them by their numbers.
    name, place, stated
        As for `texts_of`.
    """
    texts = [text for texts, _ in parts.pairs for text in texts]
    flat, lengths = _joined(texts, place)
    n_words, n = stated.n_words or N_WORDS, 1 + flat.max(initial=FIRST)
    names = map(str, range(FIRST, min(n, n_words))) if vocabulary is None else vocabulary.names
    vocabulary = Vocabulary(list(names)[: n_words - FIRST])
    numbers = np.split(np.where(flat < len(vocabulary), flat, UNKNOWN), np.cumsum(lengths)[:-1])
    rows, divided = _divided(parts, name, place, stated)
    return _padded(numbers, vocabulary, rows, divided, parts, stated)


def read_text(path: str | PathLike) -> str:
    """The text in a file.

    Parameters
    ----------
    path : path
        UTF-8, or UTF-16 with its mark.

    Raises
    ------
    InputError
        If it cannot be read, or is in another encoding.
    """
    path = Path(path)
    try:
        data = read_plain(path)
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not text in UTF-8 (byte {error.start} cannot be read): save it as UTF-8"
        ) from None
    if "\0" in text:
        raise InputError(f"{path} holds zero bytes, as no text does: save it as text in UTF-8")
    return text


def read_folder(folder: str | PathLike) -> Parts:
    """The texts of a folder with a subfolder for each class, a file a text.

    Parameters
    ----------
    folder : path
        Subfolders of .txt files, one for each class; or ``train``, ``test`` and perhaps ``valid``
        with these, as in ``aclImdb``, whose folder of reviews without labels is passed over.

    Raises
    ------
    InputError
        If there are not two classes, they differ between the parts, or a file is no text.
    """
    folder = Path(folder)
    named = {part_of(each.name): each for each in _subfolders(folder)}
    if {"train", "test"} <= {*named}:
        places = [named[part] for part in PARTS if part in named]
    else:
        places = [folder]
    classes = [[each.name for each in _subfolders(place) if _files(each)] for place in places]
    for place, names in zip(places, classes, strict=True):
        if names != classes[0]:
            raise InputError(
                f"{place} has the classes {', '.join(names) or 'none'}, {places[0]} "
                f"{', '.join(classes[0]) or 'none'}: expected the same"
            )
    if len(classes[0]) < 2:
        raise InputError(
            f"{folder} has {len(classes[0])} subfolders with {ENDING} files; expected one for each "
            "class, two at least"
        )
    return Parts([_labelled(place, classes[0]) for place in places], draws=True)


def has_texts(folder: Path) -> bool:
    """Whether a folder has subfolders of texts, a class each, or parts that have them."""
    inner = _subfolders(folder)
    deeper = [each for place in inner if part_of(place.name) for each in _subfolders(place)]
    return any(next(each.glob(f"*{ENDING}"), None) for each in inner + deeper)


def _subfolders(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(folder, error) from None
    return [
        each
        for each in entries
        if each.is_dir() and not is_hidden(each.name) and each.name != UNLABELLED
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.glob(f"*{ENDING}") if not is_hidden(each.name))


def _labelled(place: Path, classes: list[str]) -> tuple[list[str], np.ndarray]:
    """The texts of a part and the names of their classes."""
    files = [(path, name) for name in classes for path in _files(place / name)]
    with bar(len(files), f"reading {place.name}", "texts") as progress:
        texts = []
        for path, _ in files:
            texts.append(read_text(path))
            progress.update()
    return texts, np.array([name for _, name in files])


def _divided(parts: Parts, name: str, place: object, stated: Stated) -> tuple[list, Dataset]:
    """Which texts are in each part, and a data set of these numbers with the targets."""
    counts = [len(texts) for texts, _ in parts.pairs]
    # the numbers of the texts stand for them where targets are understood and parts are drawn
    numbers = np.split(np.arange(sum(counts), dtype=np.float64)[:, None], np.cumsum(counts)[:-1])
    pairs = [(rows, y) for rows, (_, y) in zip(numbers, parts.pairs, strict=True)]
    standing = replace(parts, pairs=pairs, names=["text"])  # shares the list of notes
    data = dataset_of(standing, name, place, replace(stated, scale=1, image_shape=None))
    return [split.x[:, 0].astype(int) for split in data], data


def _padded(numbers, vocabulary, rows, divided, parts, stated) -> Dataset:
    """The data set of numbered texts: the long ones cut or left out, the rest sorted by length."""
    is_cut = stated.longer == "cut"
    inputs = Words(vocabulary, stated.longest if is_cut else None, stated.tokeniser)
    splits = []
    for part, chosen, split in zip(PARTS, rows, divided, strict=True):
        lengths = np.array([len(numbers[row]) for row in chosen])
        kept = np.argsort(lengths, kind="stable")
        if stated.longest and not is_cut and part != "test":
            kept = kept[lengths[kept] < stated.longest]
            if not len(kept):
                raise InputError(
                    f"no {part} text is shorter than {stated.longest} words, the shortest has "
                    f"{lengths.min()}: raise longest, or let longer texts be cut"
                )
            note = f"{part} texts of {stated.longest} words or more left out"
            parts.notes += [f"{len(chosen) - len(kept):,} {note}"] * (len(kept) < len(chosen))
        words = inputs.stacked([numbers[row][: inputs.longest] for row in chosen[kept]])
        if not words.size:
            raise InputError(f"no {part} text has a word: expected texts")
        targets = {"y": split.columns["y"][kept]} if "y" in split.columns else {}
        splits.append(Split(words=words, **targets))
    return Dataset(*splits, divided.name, inputs, divided.targets)


def _joined(texts: Sequence[Sequence[int]], place: object) -> tuple[np.ndarray, list[int]]:
    """The numbers of the words of all texts, one text after the other, and how many each has."""
    try:
        lengths = [*map(len, texts)]
        numbers = np.array([*chain.from_iterable(texts)], dtype=np.int32).reshape(sum(lengths))
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{place} holds a text that is no list of numbers of words") from None
    if numbers.min(initial=1) < 1:
        raise InputError(f"{place} holds the word number {numbers.min()}; expected 1 or more")
    return numbers, lengths
