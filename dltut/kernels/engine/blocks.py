"""How a matrix is cut into blocks, for the threads to share.

Blocks depend on the shapes alone, so that results do not depend on the number of threads.
"""

from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.threads import in_parallel

TOGETHER = 2**12  # numbers of each of several results that a thread adds up at a time
ALONE_BELOW = 2**18  # multiplications, some microseconds: not worth sharing


@numba_njit
def by_rows(a):
    """The matrix (rows, n) itself, or a copy of it, with the elements of a row side by side.

    Products take matrices whose rows lie apart, but not a stride within a row, nor rows that
    overlap or run backwards.
    """
    if a.strides[1] != a.itemsize or a.strides[0] < a.shape[1] * a.itemsize:
        return a.copy()[:, ::1]
    return a


@numba_njit
def leading(a):
    """Elements from one row of a matrix (rows, n) to the next."""
    return max(1, a.strides[0] // a.itemsize)


@numba_njit
def blocks_for(length, work, is_copied=False):
    """How many blocks to make of `length` rows or columns, with so many multiplications in all.

    Eight or some multiple of it: an even number keeps the threads on the same blocks from one
    operation to the next. Where each block copies the other factor (`dltut.kernels.engine.gemm`),
    as many as have some 256 of them, so that the copies are little work, but at least two.
    """
    if work <= ALONE_BELOW:
        return 1
    return max(2, length // 256) if is_copied else 8 * max(1, length // 2048)


@numba_njit
def side_of_block(length, step, blocks):
    """How many rows or columns a block has.

    Parameters
    ----------
    length : int
        How many there are in all.
    step : int
        Of a tile: whole tiles keep a block fast.
    blocks : int
        How many blocks there shall be, if there are enough tiles.
    """
    return max(1, (length + step * blocks - 1) // (step * blocks)) * step


@numba_njit
def count_of_blocks(length, side):
    """How many blocks of `side` rows or columns there are; the last one may be smaller."""
    return (length + side - 1) // side


@numba_njit
def add_up_part(part, parts):
    """Add the results of all blocks, of some of their numbers."""
    first = part * TOGETHER
    for block in range(1, len(parts)):
        for k in range(first, min(first + TOGETHER, parts.shape[1])):
            parts[0, k] += parts[block, k]


@numba_njit
def add_up(parts):
    """Add the results of all blocks (blocks, n), in their order, to that of the first."""
    in_parallel(add_up_part, count_of_blocks(parts.shape[1], TOGETHER), (parts,))
