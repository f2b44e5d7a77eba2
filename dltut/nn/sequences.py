"""Padded sequences: rows of numbered words, 0 behind the end, and what is averaged over steps."""

import pytensor.tensor as pt

from dltut.kernels.trim import Trim


def places(x, axis: int = 0):
    """0, 1, 2, ... as long as an axis of x; shape (length,).

    Examples
    --------
    >>> places(pt.as_tensor([[3.0, 4.0, 5.0]]), axis=1).eval().tolist()
    [0, 1, 2]
    """
    return pt.arange(x.shape[axis], dtype="int64")


def trimmed(words, *others):
    """The columns up to the end of the longest sequence of a batch.

    Parameters
    ----------
    words : variable, shape (batch, time)
        Not 0 where there is a step, 0 behind the last one.
    *others : variable, shape (batch, time, ...)
        Cut in the same way.

    Returns
    -------
    variable, or a list of them where there are others
        Shape (batch, longest, ...), with one column at least.

    Notes
    -----
    JAX compiles for one shape: there the columns stay, so that masks have to say what counts.

    Examples
    --------
    >>> words = pt.as_tensor([[3, 2, 0, 0], [5, 0, 0, 0]])
    >>> trimmed(words).eval().tolist()
    [[3, 2], [5, 0]]
    """
    steps = places(words, axis=1) + 1
    longest = pt.maximum((pt.neq(words, 0) * steps).max(), 1)
    cut = [Trim()(pt.as_tensor(each), longest) for each in (words, *others)]
    return cut if others else cut[0]


def mean_over_time(h, mask):
    """The mean of the steps that are none of padding; 0 for a sequence without any.

    Parameters
    ----------
    h : variable, shape (time, batch, n)
    mask : variable, shape (time, batch)
        1 where there is a step, 0 elsewhere.

    Returns
    -------
    variable, shape (batch, n)

    Examples
    --------
    >>> h, mask = pt.as_tensor([[[2.0]], [[4.0]], [[9.0]]]), pt.as_tensor([[1.0], [1.0], [0.0]])
    >>> mean_over_time(h, mask).eval().tolist()
    [[3.0]]
    """
    mask = mask.astype(h.dtype)
    return (h * mask[:, :, None]).sum(axis=0) / pt.maximum(mask.sum(axis=0), 1)[:, None]
