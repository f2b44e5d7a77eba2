"""Sentences whose words have tags, as files hold them: columns, SNIPS's JSON, ATIS's pickles."""

import json
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import NamedTuple

from dltut.datasets.words import words_of
from dltut.exceptions import InputError, quoted
from dltut.machine.files import open_unpacked
from dltut.machine.notices import say
from dltut.machine.pickles import load_arrays

BROKEN_FILE = (EOFError, OSError)  # of gzip
NOTHING = "O"  # the tag of a word outside of every chunk


class Tagged(NamedTuple):
    """A sentence.

    Attributes
    ----------
    words, tags : list of str
        One tag a word: O outside of all chunks, B-city at the first word of a city, I-city at its
        others.
    """

    words: list[str]
    tags: list[str]


def read_tagged(path: str | PathLike) -> list[Tagged]:
    r"""The sentences in a file of columns, or in JSON as SNIPS has it.

    Parameters
    ----------
    path : path
        Packed with gzip or not; UTF-8, UTF-16 with its mark, or Latin-1.

    Raises
    ------
    InputError
        If there is no sentence in it, it is damaged, or a word has no tag; with the line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "flights.txt")
    >>> _ = path.write_text("to O\nNew B-city\nYork I-city\n\nfrom O\nBonn B-city\n")
    >>> read_tagged(path)[1]
    Tagged(words=['from', 'Bonn'], tags=['O', 'B-city'])
    """
    try:
        with open_unpacked(path) as file:
            data = file.read()
    except BROKEN_FILE as error:
        raise InputError(f"{path} is cut off or damaged ({error}): fetch it again") from None
    text = _decoded(data, path)
    return in_json(text, path) if text.lstrip()[:1] in ("{", "[") else in_columns(text, path)


def in_columns(text: str, place: object) -> list[Tagged]:
    r"""The sentences of a text with a word a line, its tag in the last column.

    Parameters
    ----------
    text : str
        A tab or spaces between the columns, an empty line between the sentences. A line that begins
        with -DOCSTART- is passed over.
    place : path or str
        Where it was read, for messages.

    Raises
    ------
    InputError
        If there is no sentence, or a line has other columns than those before; with its number.

    Examples
    --------
    >>> in_columns("Bonn NNP B-city\nsleeps VBZ O\n", "the text")
    [Tagged(words=['Bonn', 'sleeps'], tags=['B-city', 'O'])]
    """
    sentences, rows, n_columns = [], [], None
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        cells = line.strip("\r").split("\t" if "\t" in line else None)
        cells = [cell.strip() for cell in cells]
        if any(cells) and cells[0] != "-DOCSTART-":
            n_columns = n_columns or len(cells)
            _check_cells(cells, n_columns, f"{place} line {number}")
            rows.append((cells[0], cells[-1]))
        elif rows:
            sentences.append(Tagged(*map(list, zip(*rows, strict=True))))
            rows = []
    return _some(sentences, place)


def _check_cells(cells: list[str], n_columns: int, place: str) -> None:
    if len(cells) < 2 or not cells[0] or not cells[-1]:
        raise InputError(
            f"{place}: {quoted(' '.join(cells))} is not a word and its tag; expected both, with a "
            "space or a tab between, and an empty line between sentences"
        )
    if len(cells) != n_columns:
        raise InputError(
            f"{place} has {len(cells)} columns, those before {n_columns}: is there a space in a "
            "word, or a tag missing?"
        )


def in_json(text: str, place: object) -> list[Tagged]:
    r"""The sentences of SNIPS's JSON: texts in pieces, of which some are the value of a slot.

    Parameters
    ----------
    text : str
        ``{"GetWeather": [{"data": [{"text": "rain in "}, {"text": "Bonn", "entity": "city"}]}]}``;
        the pieces are cut into words by `dltut.datasets.words.words_of`.
    place : path or str
        Where it was read, for messages.

    Raises
    ------
    InputError
        If it is cut off or holds something else, or the value of a slot has no word.

    Examples
    --------
    >>> in_json('{"Weather": [{"data": [{"text": "Köln", "entity": "city"}]}]}', "the text")
    [Tagged(words=['köln'], tags=['B-city'])]
    """
    try:
        intents = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{place} line {error.lineno} is no JSON ({error.msg}): the file may be cut off, fetch "
            "it again"
        ) from None
    except (RecursionError, ValueError):
        raise InputError(f"{place} is no JSON that can be read: fetch it again") from None
    if not isinstance(intents, Mapping) or not all(isinstance(v, list) for v in intents.values()):
        raise InputError(f"{place} holds other JSON than SNIPS's: expected {{intent: [sentences]}}")
    items = [item for sentences in intents.values() for item in sentences]
    sentences = [_in_pieces(item, f"{place}, sentence {n}") for n, item in enumerate(items, 1)]
    return _some([each for each in sentences if each.words], place)


def _in_pieces(item, place: str) -> Tagged:
    pieces = item.get("data") if isinstance(item, Mapping) else None
    if not isinstance(pieces, list):
        raise InputError(f'{place} has no list called "data": expected its text in pieces')
    sentence = Tagged([], [])
    for piece in pieces:
        text, slot = (piece.get(key) if isinstance(piece, Mapping) else 0 for key in KEYS)
        if not isinstance(text, str) or not isinstance(slot, str | None):
            raise InputError(
                f'{place} has a piece without a "text", or with an "entity" of no name'
            )
        words = words_of(text)
        if slot is not None and not (words and slot.strip()):
            raise InputError(f"{place}: the slot {quoted(slot)} holds {quoted(text)}, no word")
        sentence.words.extend(words)
        sentence.tags.extend(tags_of(slot, len(words)))
    return sentence


KEYS = ("text", "entity")


def tags_of(slot: str | None, n_words: int) -> list[str]:
    """The tags of so many words that are one slot's, or none's.

    Examples
    --------
    >>> tags_of("city", 3), tags_of(None, 2)
    (['B-city', 'I-city', 'I-city'], ['O', 'O'])
    """
    if slot is None:
        return [NOTHING] * n_words
    return [f"{'I' if i else 'B'}-{slot}" for i in range(n_words)]


def read_atis(path: str | PathLike) -> tuple[list[Tagged], list[Tagged], list[Tagged]]:
    """The training, validation and test sentences of a fold of ATIS.

    Parameters
    ----------
    path : path
        ``atis.fold0.pkl.gz`` or another: a pickle of (train, valid, test, dictionaries), each part
        lists of words, tables and labels, as arrays of numbers.

    Returns
    -------
    train, valid, test : lists of Tagged
        "DIGIT" in a word is 0 here, so that DIGITDIGIT is 00.

    Raises
    ------
    InputError
        If it is damaged, holds something else, or labels do not fit their words.
    """
    content = load_arrays(path)
    if not isinstance(content, tuple | list) or len(content) != 4:
        raise InputError(f"{path} holds no (train, valid, test, dictionaries), as ATIS's folds do")
    *parts, dictionaries = content
    names = [_names(dictionaries, key, path) for key in ("words2idx", "labels2idx")]
    parts = [
        list(_sentences(part, names, f"{path}, {name}"))
        for name, part in zip(("train", "valid", "test"), parts, strict=True)
    ]
    return tuple(_some(sentences, path) for sentences in parts)


def _names(dictionaries, key: str, path) -> dict[int, str]:
    numbers = dictionaries.get(key) if isinstance(dictionaries, Mapping) else None
    if not isinstance(numbers, Mapping) or not all(isinstance(name, str) for name in numbers):
        raise InputError(f"{path} holds no dictionary {key}: it is no fold of ATIS")
    return {_whole(number): name.replace("DIGIT", "0") for name, number in numbers.items()}


def _sentences(part, names: Sequence[dict], place: str) -> Iterator[Tagged]:
    is_part = isinstance(part, tuple | list) and len(part) == 3
    if not is_part or not all(isinstance(each, list | tuple) for each in part):
        raise InputError(f"{place}: expected lists of words, tables and labels")
    words, _, labels = part
    if len(words) != len(labels):
        raise InputError(f"{place}: {len(words)} sentences and the labels of {len(labels)}")
    for number, sentence in enumerate(zip(words, labels, strict=True), start=1):
        found = [
            [known.get(_whole(each)) for each in numbers] if hasattr(numbers, "__iter__") else []
            for known, numbers in zip(names, sentence, strict=True)
        ]
        n_words, n_labels = map(len, found)
        if n_words != n_labels or not n_words:
            raise InputError(f"{place}, sentence {number}: {n_words} words with {n_labels} labels")
        if None in found[0] + found[1]:
            raise InputError(f"{place}, sentence {number} has a number that is in no dictionary")
        yield Tagged(*found)


def _whole(number) -> int | None:
    """A number of NumPy or of Python as an int; None for anything else."""
    try:
        return int(number)
    except (TypeError, ValueError, OverflowError):
        return None


def _some(sentences: list[Tagged], place: object) -> list[Tagged]:
    if not sentences:
        raise InputError(f"{place} holds no sentence: expected words with their tags")
    return sentences


def _decoded(data: bytes, place: object) -> str:
    """Text in whatever encoding it is; the emoji of Java's modified UTF-8 come in two halves."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise InputError(f"{place} line {line} holds a zero byte: it is no text, or in UTF-16")
    try:
        text = data.decode("utf-8-sig", "surrogatepass")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        say(f"data: {place} is no UTF-8 in line {line}; read as Latin-1")
        return data.decode("latin-1")
