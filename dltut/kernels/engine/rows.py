"""Rows of numbers copied and added up, element by element.

Where one array is assigned to a part of another, Numba compiles the words of an error, too: two
seconds, and more in every function that calls it.
"""

from pytensor.link.numba.dispatch.basic import numba_njit


@numba_njit
def copy_row(source, target):
    """Copy a row (n,) to the beginning of another."""
    for s in range(len(source)):
        target[s] = source[s]


@numba_njit
def add_row(source, target):
    """Add a row (n,) to the beginning of another."""
    for s in range(len(source)):
        target[s] += source[s]
