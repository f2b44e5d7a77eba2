"""Slot filling: which words of a request are the value of what, as tags of the words.

References
----------
.. [1] Hemphill, Godfrey, Doddington (1990), The ATIS spoken language systems pilot corpus.
.. [2] Coucke et al. (2018), Snips voice platform: an embedded spoken language understanding system
   for private-by-design voice interfaces.
"""

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import Tags, Words
from dltut.datasets.slot_files import Tagged, read_atis, read_tagged
from dltut.datasets.slot_sentences import flights
from dltut.datasets.sources import data_folder
from dltut.datasets.words import vocabulary_of
from dltut.exceptions import InputError
from dltut.machine.notices import say
from dltut.machine.seeds import random_state

ENDINGS = (".txt", ".conll", ".bio", ".iob", ".tsv", ".json")
PARTS = {"train": ("train",), "valid": ("valid", "dev"), "test": ("test",)}
N_GENERATED = (1200, 200, 400)


def load(
    path: str | PathLike | None = None,
    data_dir: str | PathLike | None = None,
    seed: int = 1234,
) -> Dataset:
    """Sentences with a tag for each word, from files or generated.

    Parameters
    ----------
    path : path, optional
        A fold of ATIS, ``atis.fold0.pkl.gz``; a file of columns, a word and its tag a line; the
        JSON of SNIPS; or a folder with ``train``, ``test`` and perhaps ``valid`` in one of these.
        Default: the folders ``snips`` and ``atis`` of the data folder, else 1,800 sentences about
        flights that are put together here.
    data_dir : path, optional
        The data folder, else the configured one.
    seed : int
        Of the choice of sentences for parts that have no file of their own.

    Returns
    -------
    Dataset
        Columns ``words`` and ``y``; see `dltut.datasets.Words` and `dltut.datasets.Tags`. Words are
        in small letters, their digits all 0. Those that the training part lacks are unknown.

    Raises
    ------
    InputError
        If there is nothing at `path`, or it is damaged or holds something else.

    Examples
    --------
    >>> data = load("nowhere")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: there are no sentences at nowhere: ...
    """
    path = find(data_dir) if path is None else Path(path)
    if path is None:
        data = tagged_dataset(*flights(N_GENERATED, seed), "generated flights")
    elif not path.exists():
        raise InputError(
            f"there are no sentences at {path}: give a file of words and tags, a fold of ATIS, "
            "or the folder of SNIPS"
        )
    else:
        data = tagged_dataset(*_parts(path, seed), path.name.partition(".pkl")[0])
    sizes = " / ".join(f"{len(split):,}" for split in data)
    say(f"data: {data.name} ({sizes} sentences), {data.inputs}, {data.targets}")
    return data


def find(data_dir: str | PathLike | None = None) -> Path | None:
    """Where SNIPS, or else ATIS, lies in the data folder, or None."""
    folder = data_folder(data_dir)
    snips = folder / "snips"
    folds = [*folder.glob("atis*.pkl*"), *folder.glob("atis/atis*.pkl*")]
    return snips if snips.is_dir() else next(iter(sorted(folds)), None)


def tagged_dataset(
    train: Sequence[Tagged], valid: Sequence[Tagged], test: Sequence[Tagged], name: str
) -> Dataset:
    """Sentences as a data set: rows of numbers of words, and of tags.

    Parameters
    ----------
    train, valid, test : sequences of Tagged, or of pairs (words, tags)
    name : str

    Raises
    ------
    InputError
        If a sentence does not have one tag a word.

    Examples
    --------
    >>> sentence = ["To", "Bonn", "at", "10"], ["O", "B-city", "O", "B-hour"]
    >>> data = tagged_dataset([sentence], [sentence], [sentence], "one")
    >>> data.inputs.vocabulary.names, data.targets.names
    (('00', 'at', 'bonn', 'to'), ('B-city', 'B-hour', 'O'))
    >>> data.train.words, data.train.y
    (array([[5, 4, 3, 2]], dtype=int32), array([[2, 0, 2, 1]]))
    """
    parts = {"train": train, "valid": valid, "test": test}
    for part, sentences in parts.items():
        for number, (words, tags) in enumerate(sentences, start=1):
            if len(words) != len(tags) or not words:
                raise InputError(
                    f"{part} sentence {number} has {len(words)} words and {len(tags)} tags; "
                    "expected one tag for each word"
                )
    folded = {p: [[_folded(w) for w in s[0]] for s in each] for p, each in parts.items()}
    inputs = Words(vocabulary_of(folded["train"]), tokeniser="folded")
    targets = Tags(sorted({tag for each in parts.values() for _, tags in each for tag in tags}))
    splits = {
        part: Split(
            words=inputs.stacked([inputs.numbers(words) for words in folded[part]]),
            y=targets.stacked([targets.numbers(tags) for _, tags in sentences]),
        )
        for part, sentences in parts.items()
    }
    return Dataset(**splits, name=name, inputs=inputs, targets=targets)


def context_window(words: Sequence[int], size: int, padding: int = 0) -> list[list[int]]:
    """For each word the words around it, the word itself in the middle.

    Parameters
    ----------
    words : sequence of int
        Numbers of words.
    size : int
        How many words a window has, an odd number.
    padding : int
        What stands where there is no word; the tutorial's is -1.

    Raises
    ------
    InputError
        If the size is even or below 1.

    Notes
    -----
    `dltut.models.WindowTagger` does the same in a graph.

    Examples
    --------
    >>> context_window([0, 1, 2, 3, 4], 3, padding=-1)
    [[-1, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, -1]]
    """
    if size < 1 or size % 2 == 0:
        raise InputError(f"a window of {size} words has no middle: give an odd number")
    around = [padding] * (size // 2)
    padded = [*around, *words, *around]
    return [padded[i : i + size] for i in range(len(words))]


def _folded(word: str) -> str:
    return re.sub(r"\d", "0", word.lower())


def _parts(path: Path, seed: int) -> list[list[Tagged]]:
    """Training, validation and test sentences."""
    if re.search(r"\.(pkl|pickle)(\.gz)?$", path.name):
        return list(read_atis(path))
    if not path.is_dir():
        return _drawn(read_tagged(path), ("train", "valid", "test"), seed)
    found = {part: _files(path, names) for part, names in PARTS.items()}
    if not found["train"]:
        raise InputError(
            f"{path} has no file whose name begins with train and ends in one of "
            f"{', '.join(ENDINGS)}"
        )
    read = {part: [s for file in files for s in read_tagged(file)] for part, files in found.items()}
    if read["valid"] and not read["test"]:  # SNIPS calls its test sentences so
        read["test"], read["valid"] = read["valid"], []
    missing = [part for part in ("valid", "test") if not read[part]]
    drawn = _drawn(read["train"], ("train", *missing), seed)
    read |= dict(zip(("train", *missing), drawn, strict=True))
    return [read[part] for part in PARTS]


def _files(folder: Path, names: Sequence[str]) -> list[Path]:
    """The files of a part, each intent's own; of train_A.json and train_A_full.json the latter."""
    files = sorted(each for name in names for each in folder.rglob(f"{name}*"))
    files = [each for each in files if each.name.removesuffix(".gz").endswith(ENDINGS)]
    stems = {each.name.partition(".")[0] for each in files}
    return [each for each in files if f"{each.name.partition('.')[0]}_full" not in stems]


def _drawn(sentences: list[Tagged], parts: Sequence[str], seed: int) -> list[list[Tagged]]:
    """The sentences in as many parts: a tenth each, but for the first; the order stays."""
    n, n_parts = len(sentences), len(parts)
    size = max(1, n // 20) if n_parts == 2 else max(1, n // 10)
    if n < n_parts:
        raise InputError(f"{n} sentences cannot make {n_parts} parts: expected one for each")
    order = random_state(seed).permutation(n)
    later = [np.sort(order[i * size : (i + 1) * size]) for i in range(n_parts - 1)]
    chosen = [np.sort(order[(n_parts - 1) * size :]), *later]
    return [[sentences[i] for i in rows] for rows in chosen]
