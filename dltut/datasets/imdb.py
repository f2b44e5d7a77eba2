"""Reviews of films from the Internet Movie Database, each for or against its film.

References
----------
.. [1] A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng, C. Potts (2011), "Learning word
   vectors for sentiment analysis", Proceedings of the 49th Annual Meeting of the ACL.
"""

import re
from numbers import Integral
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.arrays import Parts, Stated, notice
from dltut.datasets.base import Dataset
from dltut.datasets.sources import data_folder, expanded
from dltut.datasets.tables import read_table
from dltut.datasets.texts import numbers_of, read_folder, texts_of
from dltut.datasets.words import FIRST, Vocabulary
from dltut.exceptions import InputError, printable
from dltut.machine.files import open_unpacked
from dltut.machine.notices import say, spinner
from dltut.machine.pickles import load_arrays, load_sequence
from dltut.machine.seeds import random_state

CLASSES = ("negative", "positive")
FILE = "imdb.csv.gz"  # what `dltut.datasets.package_index.fetch_imdb` writes
PLACES = (FILE, "imdb.pkl", "imdb.pkl.gz", "aclImdb", ".")
HELD_OUT = 10  # one review in so many is for validation, and one for the test
VALID_SHARE = 0.05  # of the pickle's training part, as in the tutorial


def load(
    path: str | PathLike | None = None,
    data_dir: str | PathLike | None = None,
    n_words: int | None = None,
    longest: int | None = None,
    longer: str = "cut",
    seed: int = 1234,
) -> Dataset:
    """The reviews at `path`, else where they are found in the data folder.

    Parameters
    ----------
    path : path, optional
        ``imdb.csv.gz`` as ``python -m dltut data imdb`` writes it, the tutorials' ``imdb.pkl``, the
        folder ``aclImdb`` of the original, or a folder with one of these.
    data_dir : path, optional
        The folder to look in otherwise, and in its folder ``imdb``.
    n_words, longest, longer : see `dltut.datasets.from_texts`
    seed : int
        Of the draw of the parts that the file does not tell apart.

    Notes
    -----
    Of ``imdb.csv.gz`` a tenth of each class is for validation and a tenth for the test; of the
    other two the test part is the original's, and its training part gives up a share for
    validation: a twentieth in the tutorials' file, a sixth in the folder.

    Raises
    ------
    InputError
        If they are not there, saying how to get them, or are damaged.
    """
    place = find(data_dir) if path is None else _at(expanded(path))
    if place is None:
        raise InputError(
            f"no IMDB reviews in {data_folder(data_dir).absolute()}: fetch them with `python -m "
            "dltut data imdb`, or unpack aclImdb_v1.tar.gz there, or take made-up reviews, "
            "--dataset toy-reviews"
        )
    stated = Stated(n_words=n_words, longest=longest, longer=longer, seed=seed)
    if is_pickle(place):
        return load_pickle(place, stated)
    parts = read_folder(place) if place.is_dir() else _table_parts(place, seed)
    data = texts_of(parts, "imdb", place, stated)
    say(notice(data, place, parts))
    return data


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where the reviews lie in the data folder, None if nowhere.

    Raises
    ------
    InputError
        If `data_dir` is given but not there.
    """
    folder = data_folder(data_dir)
    return _at(folder / "imdb") or _at(folder)


def is_pickle(path: Path) -> bool:
    """Whether a file is the tutorials', by its name."""
    return re.fullmatch(r"imdb(?!\.dict).*\.pkl(\.gz)?", path.name) is not None


def load_pickle(path: Path, stated: Stated) -> Dataset:
    """The reviews of the tutorials' ``imdb.pkl``, with the words of the dictionary beside it.

    Parameters
    ----------
    path : Path
        Two pickles in one file, train and test: a list of reviews, each a list of numbers of words,
        and a list of 0 and 1. The dictionary is ``imdb.dict.pkl`` or ``imdb.dict.pkl.gz`` in the
        same folder; without it the words are called by their numbers.
    stated : Stated

    Raises
    ------
    InputError
        If the file holds something else.
    """
    with spinner(f"reading {path.name}"):
        pairs = load_sequence(path)
        pairs = pairs[0] if len(pairs) == 1 else pairs
    is_two = isinstance(pairs, list | tuple) and len(pairs) in (2, 3)
    if not is_two or not all(map(_is_pair, pairs)):
        raise InputError(
            f"{path} holds no (reviews, labels) of train and of test: expected the tutorials' file"
        )
    labels = [label for _, y in pairs for label in y]
    wrong = [label for label in labels if not isinstance(label, Integral) or label not in (0, 1)]
    if wrong:
        raise InputError(f"{path} holds the label {wrong[0]!r}; expected 0 and 1")
    pairs = [(list(x), np.array(y)) for x, y in pairs]
    parts = Parts(pairs)
    if len(pairs) == 2:
        order = random_state(stated.seed).permutation(len(pairs[0][0]))
        parts.pairs = [*_taken(pairs[0], order, VALID_SHARE), pairs[1]]
        parts.notes.append(f"validation part drawn with seed {stated.seed}")
    named = Stated(**{**vars(stated), "classes": CLASSES})
    data = numbers_of(parts, _dictionary(path, parts), "imdb", path, named)
    say(notice(data, path, parts))
    return data


def _at(place: Path) -> Path | None:
    """The file or folder of reviews that a path leads to, None if to none."""
    if place.is_file():
        return place
    for name in PLACES:
        found = place / name
        if found.is_file() or (found / "train" / "pos").is_dir():
            return found
    return None


def _table_parts(path: Path, seed: int) -> Parts:
    """All reviews of the file, divided."""
    with open_unpacked(path) as file:
        table = read_table(file.read(), path)
    texts = np.array(table.columns[table.number_of("text")], dtype=object)
    labels = table.column(table.number_of("label"))
    wrong = [label for label in labels.tolist() if label not in (0, 1)]
    if wrong:
        raise InputError(f"{path} holds the label {printable(wrong[0])}; expected 0 and 1")
    labels = labels.astype(int)
    rng = random_state(seed)
    rows = [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    chosen = [np.array_split(each, [len(each) // HELD_OUT, 2 * len(each) // HELD_OUT])
              for each in rows]  # fmt: skip
    valid, test, train = (np.sort(np.concatenate(each)) for each in zip(*chosen, strict=True))
    names = np.array(CLASSES)[labels]
    pairs = [(list(texts[part]), names[part]) for part in (train, valid, test)]
    return Parts(pairs, notes=[f"parts drawn with seed {seed}"])


def _is_pair(pair) -> bool:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        return False
    return all(isinstance(each, list | tuple | np.ndarray) for each in pair) and bool(
        len(pair[0]) == len(pair[1]) > 0
    )


def _taken(pair: tuple, order: np.ndarray, share: float) -> list[tuple]:
    """Train and validation part, the latter the last of the order, as in the tutorial."""
    n_train = int(np.round(len(order) * (1 - share)))
    x, y = pair
    return [([x[row] for row in rows], y[rows]) for rows in (order[:n_train], order[n_train:])]


def _dictionary(path: Path, parts: Parts) -> Vocabulary | None:
    """The words in the file beside the reviews, None if there is none."""
    name = path.name.removesuffix(".gz").removesuffix(".pkl")
    files = [path.with_name(f"{name}.dict.pkl{ending}") for ending in ("", ".gz")]
    file = next(filter(Path.is_file, files), None)
    if file is None:
        parts.notes.append(f"no {files[0].name} beside it, words are called by their numbers")
        return None
    found = load_arrays(file)
    is_one = isinstance(found, dict) and all(isinstance(word, str) for word in found)
    numbers = {} if not is_one else {number: word for word, number in found.items()}
    if not numbers or len(numbers) < len(found) or not all(type(n) is int for n in numbers):
        raise InputError(f"{file} holds no dictionary from words to their numbers, 2, 3, ...")
    last = max(numbers)
    if min(numbers) < FIRST or last > 10 * len(numbers) + FIRST:
        raise InputError(f"{file} has numbers from {min(numbers)} to {last}; expected 2, 3, ...")
    names = [numbers.get(number, f"<{number}>") for number in range(FIRST, last + 1)]
    # Python 2 wrote bytes, which were read as Latin-1
    return Vocabulary(_unicode(name) for name in names)


def _unicode(word: str) -> str:
    try:
        return word.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return word
