"""How much each word of a text has to do with an answer."""

from collections.abc import Callable

import numpy as np

BATCH = 64  # texts that are asked about at a time
SMALLEST = 1e-7  # probability, where its logarithm is taken


def word_influences(
    answers: Callable[[np.ndarray], np.ndarray],
    words: np.ndarray,
    number: int,
    are_chances: bool = True,
) -> np.ndarray:
    """What is lost of one number of the answer where a word is left out.

    Parameters
    ----------
    answers : callable
        From rows of numbers of words, (n, longest), to answers, (n, n_out).
    words : array, shape (n,)
        The text's.
    number : int
        Which number of the answer, such as that of the most probable class.
    are_chances : bool
        Whether it is a probability: then its log-odds are compared, which go on changing where it
        is near 1.

    Returns
    -------
    array, shape (n,)
        Positive for a word that speaks for the answer; 0 for the only word of a text.

    Notes
    -----
    Words that say the same hide one another: without one of them the others still say it.

    Examples
    --------
    >>> count = lambda rows: (rows == 5).sum(axis=1, keepdims=True)
    >>> word_influences(count, np.array([5, 2, 5]), 0, are_chances=False).tolist()
    [1, 0, 1]
    """
    n = len(words)
    if n < 2:
        return np.zeros(n)
    without = np.stack([np.delete(words, place) for place in range(n)])
    rows = [without[i : i + BATCH] for i in range(0, n, BATCH)]
    left = np.concatenate([answers(each)[:, number] for each in rows])
    whole = answers(np.asarray(words)[None])[0, number]
    return _odds(whole) - _odds(left) if are_chances else whole - left


def _odds(p):
    p = np.clip(np.asarray(p, dtype=float), SMALLEST, 1 - SMALLEST)
    return np.log(p / (1 - p))
