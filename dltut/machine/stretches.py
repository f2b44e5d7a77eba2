"""Where something lasts: stretches of ones."""

import numpy as np


def stretches(rows: np.ndarray) -> list[tuple[int, int, int]]:
    """(column, first row, row behind the last) of each stretch of ones in a matrix (n, columns).

    Column after column, such as the notes of a piano roll.

    Examples
    --------
    >>> stretches(np.array([[1, 0], [1, 1], [0, 0], [1, 0]]))
    [(0, 0, 2), (0, 3, 4), (1, 1, 2)]
    """
    padded = np.pad(np.asarray(rows).T > 0.5, ((0, 0), (1, 1)))  # (columns, n + 2)
    changes = np.diff(padded.astype(np.int8), axis=1)
    columns, starts = np.nonzero(changes == 1)
    ends = np.nonzero(changes == -1)[1]
    return list(zip(columns.tolist(), starts.tolist(), ends.tolist(), strict=True))
