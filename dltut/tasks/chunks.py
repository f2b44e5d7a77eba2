"""Chunks, such as the names of cities, in sentences whose words have tags; how many were found.

References
----------
.. [1] Tjong Kim Sang and Buchholz (2000), Introduction to the CoNLL-2000 shared task: chunking;
   the numbers are those of its program conlleval.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class ChunkScores(NamedTuple):
    """How well chunks were found.

    Attributes
    ----------
    precision : float
        The share of the chunks found that are right: the same words, the same kind.
    recall : float
        The share of the true chunks that were found.
    f1 : float
        Their harmonic mean.
    """

    precision: float
    recall: float
    f1: float


def chunks_of(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The chunks in a sentence: (kind, first word, one behind the last).

    Parameters
    ----------
    tags : sequence of str
        O for a word outside; B-city begins a city; I-city goes on with it, and begins one where
        there is none to go on with.

    Examples
    --------
    >>> chunks_of(["O", "B-city", "I-city", "B-city", "I-day"])
    [('city', 1, 3), ('city', 3, 4), ('day', 4, 5)]
    """
    chunks, begun, before = [], None, ("O", "")
    for place, tag in enumerate([*tags, "O"]):
        letter, _, kind = tag.partition("-")
        goes_on = letter == "I" and before[0] in ("B", "I") and kind == before[1]
        if begun is not None and not goes_on:
            chunks.append((before[1], begun, place))
            begun = None
        if letter in ("B", "I") and not goes_on:
            begun = place
        before = letter, kind
    return chunks


def chunk_scores(true: Iterable[Sequence[str]], found: Iterable[Sequence[str]]) -> ChunkScores:
    """Precision, recall and F1 over the chunks of all sentences; 0 where there is none.

    Parameters
    ----------
    true, found : iterables of sequences of str
        The tags of each sentence.

    Examples
    --------
    >>> true = [["B-city", "O", "B-city", "I-city"]]
    >>> chunk_scores(true, [["B-city", "O", "B-city", "O"]])
    ChunkScores(precision=0.5, recall=0.5, f1=0.5)
    """
    n_true = n_found = n_right = 0
    for tags, others in zip(true, found, strict=True):
        chunks, candidates = set(chunks_of(tags)), set(chunks_of(others))
        n_true, n_found = n_true + len(chunks), n_found + len(candidates)
        n_right += len(chunks & candidates)
    f1 = 2 * n_right / (n_true + n_found) if n_true + n_found else 0.0
    return ChunkScores(n_right / max(n_found, 1), n_right / max(n_true, 1), f1)
