"""Which words a network has come to treat alike."""

import numpy as np

from dltut.datasets.words import FIRST, Vocabulary
from dltut.exceptions import InputError, nearest


def nearest_words(
    vectors: np.ndarray, vocabulary: Vocabulary, word: str, n: int = 5
) -> list[tuple[str, float]]:
    """The words whose vectors have the smallest angle with that of a word, and its cosine.

    Parameters
    ----------
    vectors : array, shape (n_words, d)
        A row for each number of a word, such as ``model.embedding.W.get_value()``.
    vocabulary : Vocabulary
        Such as ``data.inputs.vocabulary``.
    word : str
    n : int
        How many words are given.

    Returns
    -------
    list of (word, cosine)
        The nearest first, without the word itself.

    Raises
    ------
    InputError
        If the word is none of the vocabulary, or the rows are not as many as its numbers.

    Examples
    --------
    >>> vectors = np.array([[0, 0], [0, 0], [2, 0], [5, 1], [0, 3], [-1, 0]])
    >>> words = Vocabulary(["good", "fine", "odd", "bad"])
    >>> [(word, round(cosine, 2)) for word, cosine in nearest_words(vectors, words, "good")]
    [('fine', 0.98), ('odd', 0.0), ('bad', -1.0)]
    """
    if word not in vocabulary:
        hint = nearest(word, vocabulary.names)
        raise InputError(f"{word!r} is none of the {len(vocabulary.names):,} words: {hint}")
    vectors = np.asarray(vectors, dtype=float)
    if len(vectors) != len(vocabulary):
        raise InputError(
            f"{len(vectors):,} vectors for {len(vocabulary):,} numbers of words: give the vectors "
            "and the vocabulary of one model"
        )
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    own = int(vocabulary.numbers([word])[0])
    cosines = units @ units[own]
    order = [k for k in np.argsort(-cosines, kind="stable") if k >= FIRST and k != own][:n]
    return [(vocabulary.words([k])[0], float(cosines[k])) for k in order]
