"""A picture as a matrix of patches, gathered once for all kernel rows.

The matrix of a whole convolution repeats every pixel for each element of the kernel. Two kernel
rows see the same pixels some rows apart, so here a pixel is repeated for the kernel's columns
only, and the patches under kernel row i begin at an offset: a product takes such a part of a matrix
as it is. With few channels these products would be too thin to be fast; there all kernel rows are
gathered together, and one product serves them all.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.numba.symbols import kernel

BORDERS = {"valid": 0, "full": 1, "half": 2}
THIN = 32  # sums with fewer terms spend their time on moving data
BLOCKS = 16  # of images: enough for many threads
BLOCK_SUMS = 1 << 22  # elements of the gradients of the filters that all blocks have together

# What follows from the shapes. A record, since Numba compiles one pointer faster than 20 numbers.
FRAME = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("images", "channels", "rows", "columns", "maps", "kernel_rows", "kernel_columns"),
            *("step_rows", "step_columns", "pad_rows", "pad_columns", "out_rows", "out_columns"),
            "together",  # kernel rows in one product: 1 or all
            "phases",  # places of a kernel row within a step
            "run",  # rows of the matrix's patches, of out_columns elements, for each phase
            "taps",  # rows of the matrix
            "width",  # elements of one of them
            "spots",  # elements of a map
            "block",  # images that a thread takes at a time
            "blocks",
        )
    ]
)


NUMBERS = types.Array(types.int64, 1, "C")  # a frame as kernels take it from their callers


def fill_frame(x, w, border, given, steps, numbers):
    """Write what follows from the shapes; refuses what does not fit together."""
    at = numbers.view(FRAME)[0]
    at.images, at.channels, at.rows, at.columns = x
    at.maps, channels, at.kernel_rows, at.kernel_columns = w
    at.step_rows, at.step_columns = steps
    at.pad_rows, at.pad_columns = given
    if border == 1:
        at.pad_rows, at.pad_columns = at.kernel_rows - 1, at.kernel_columns - 1
    elif border == 2:
        at.pad_rows, at.pad_columns = at.kernel_rows // 2, at.kernel_columns // 2
    if at.channels != channels:
        raise InputError(
            "the pictures have not as many channels as the filters: both second axes must be equal"
        )
    free_rows = at.rows + 2 * at.pad_rows - at.kernel_rows
    free_columns = at.columns + 2 * at.pad_columns - at.kernel_columns
    if free_rows < 0 or free_columns < 0:
        raise InputError(
            "a filter does not fit into an image and the zeros around: "
            "use a smaller filter, larger pictures or border_mode='half'"
        )
    at.out_rows = free_rows // at.step_rows + 1
    at.out_columns = free_columns // at.step_columns + 1
    plan(at)


@numba_njit
def plan(at):
    """Add how the work is split, which nothing but the shapes decides."""
    thin = at.channels * at.kernel_columns < THIN
    at.together = at.kernel_rows if thin else 1
    at.phases = 1 if thin else min(at.step_rows, at.kernel_rows)
    at.run = at.out_rows + (0 if thin else (at.kernel_rows - 1) // at.step_rows)
    at.taps = at.channels * at.together * at.kernel_columns
    at.width = at.phases * at.run * at.out_columns
    at.spots = at.out_rows * at.out_columns
    weights = max(1, at.maps * at.channels * at.kernel_rows * at.kernel_columns)
    at.block = max(1, -(-at.images // min(BLOCKS, max(8, BLOCK_SUMS // weights))))
    at.blocks = -(-at.images // at.block)


def framing(op):
    """What makes the frame of two shapes, in compiled code, for a convolution's properties."""
    pair, shape = types.UniTuple(types.intp, 2), types.UniTuple(types.intp, 4)
    fill = kernel(fill_frame, (shape, shape, types.intp, pair, pair, NUMBERS))
    given = (0, 0) if op.border_mode in BORDERS else op.border_mode
    mode, steps, size = BORDERS.get(op.border_mode, 3), op.subsample, len(FRAME)

    @numba_njit
    def frame_of(x, w):
        numbers = np.empty(size, dtype=np.int64)
        fill((x, w, mode, given, steps, numbers))
        return numbers

    return frame_of


@numba_njit
def order_of(frame, flip):
    """Where in the filters each element of the matrices (taps, maps) of the products lies."""
    at, n = frame[0], 0
    area = at.kernel_rows * at.kernel_columns
    order = np.empty(at.maps * at.channels * area, dtype=np.uint64)
    for first in range(0, at.kernel_rows, at.together):
        for tap in range(at.taps):
            c, k = tap // (at.together * at.kernel_columns), tap % (at.together * at.kernel_columns)
            k += first * at.kernel_columns
            for m in range(at.maps):
                order[n] = (m * at.channels + c) * area + (area - 1 - k if flip else k)
                n += 1
    return order


@numba_njit
def inside(at, n, step, count):
    """Which of `count` positions, `step` apart from `at` on, lie in 0 ... n - 1."""
    first = 0 if at >= 0 else min(count, -(at // step))
    stop = 0 if at >= n else (n - 1 - at) // step + 1
    return first, max(first, min(stop, count))


@numba_njit
def segments_of(frame):
    """(start in the patches, start in the picture, length) of every piece of a picture's row.

    Unsigned, since Numba else asks at every element whether an index counts from the end.
    """
    at, n = frame[0], 0
    segments = np.empty((at.taps * at.phases * at.run, 3), dtype=np.uint64)
    for tap in range(at.taps):
        j, i = tap % at.kernel_columns, tap // at.kernel_columns
        c, i = i // at.together, i % at.together
        left = j - at.pad_columns
        first, stop = inside(left, at.columns, at.step_columns, at.out_columns)
        left += first * at.step_columns
        for phase in range(at.phases):
            top = i + phase - at.pad_rows
            begin, end = inside(top, at.rows, at.step_rows, at.run)
            for q in range(begin, end):
                row = (phase * at.run + q) * at.out_columns + first
                segments[n, 0] = tap * at.width + row
                segments[n, 1] = (c * at.rows + top + q * at.step_rows) * at.columns + left
                segments[n, 2] = stop - first
                n += 1
    return segments[:n]


@numba_njit
def gather(picture, segments, frame, patches):
    """Copy a picture (channels * rows * columns) into its patches; what is no picture stays 0."""
    step = np.uint64(frame[0].step_columns)
    for n in range(len(segments)):
        to, at = segments[n, 0], segments[n, 1]
        for s in range(segments[n, 2]):
            patches[to + s] = picture[at + s * step]


@numba_njit
def spread(patches, segments, frame, picture):
    """Add patches to the picture: the reverse of `gather`."""
    step = np.uint64(frame[0].step_columns)
    for n in range(len(segments)):
        at, to = segments[n, 0], segments[n, 1]
        for s in range(segments[n, 2]):
            picture[to + s * step] += patches[at + s]


@numba_njit
def start(first, frame):
    """Where the patches under kernel row `first` begin in a row of the matrix."""
    at = frame[0]
    return (first % at.step_rows * at.run + first // at.step_rows) * at.out_columns
