"""A picture as a matrix of patches, gathered once for all kernel rows.

The matrix of a whole convolution repeats every pixel for each element of the kernel. Two kernel
rows see the same pixels some rows apart, so here a pixel is repeated for the kernel's columns
only, and the patches under kernel row i begin at an offset: a product takes such a part of a matrix
as it is. With few channels these products would be too thin to be fast; there all kernel rows are
gathered together, and one product serves them all.

``README.rst`` of the kernels draws a frame, its patches and their segments.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.symbols import kernel

BORDERS = {"valid": 0, "full": 1, "half": 2}
TOGETHER_BELOW_TERMS = 32  # sums with fewer terms spend their time on moving data
BLOCKS = 16  # of images: enough for many threads
BLOCK_SUMS = 1 << 22  # elements of the gradients of the filters that all blocks have together

# What follows from the shapes. A record, since Numba compiles one pointer faster than 20 numbers.
FRAME = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("images", "channels", "rows", "columns", "maps", "kernel_rows", "kernel_columns"),
            *("step_rows", "step_columns", "pad_rows", "pad_columns", "out_rows", "out_columns"),
            "turned",  # whether the filters lie (channels, maps, ...), each the other way round
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


def fill_frame(x, w, border, zeros, steps, numbers):
    """Write what follows from the shapes; refuses what does not fit together.

    Parameters
    ----------
    x, w : tuple of 4 int
        Shapes of the pictures and of the filters.
    border : int
        Of `BORDERS`, or 3 for as many `zeros` as are given, in rows and columns.
    zeros, steps : pair of int
    numbers : int64 array, shape (len(FRAME),)
    """
    shape = numbers.view(FRAME)[0]
    shape.turned = 0
    shape.images, shape.channels, shape.rows, shape.columns = x
    shape.maps, channels, shape.kernel_rows, shape.kernel_columns = w
    shape.step_rows, shape.step_columns = steps
    shape.pad_rows, shape.pad_columns = zeros
    if border == 1:
        shape.pad_rows, shape.pad_columns = shape.kernel_rows - 1, shape.kernel_columns - 1
    elif border == 2:
        shape.pad_rows, shape.pad_columns = shape.kernel_rows // 2, shape.kernel_columns // 2
    if shape.channels != channels:
        raise InputError(
            "the pictures do not have as many channels as the filters: "
            "both second axes must be equal"
        )
    free_rows = shape.rows + 2 * shape.pad_rows - shape.kernel_rows
    free_columns = shape.columns + 2 * shape.pad_columns - shape.kernel_columns
    if free_rows < 0 or free_columns < 0:
        raise InputError(
            "a filter does not fit into an image and the zeros around: "
            "use a smaller filter, larger pictures or border_mode='half'"
        )
    shape.out_rows = free_rows // shape.step_rows + 1
    shape.out_columns = free_columns // shape.step_columns + 1
    plan(shape)


@numba_njit
def plan(shape):
    """Add to a frame how the work is split, which nothing but the shapes decides."""
    thin = shape.channels * shape.kernel_columns < TOGETHER_BELOW_TERMS
    shape.together = shape.kernel_rows if thin else 1
    shape.phases = 1 if thin else min(shape.step_rows, shape.kernel_rows)
    shape.run = shape.out_rows + (0 if thin else (shape.kernel_rows - 1) // shape.step_rows)
    shape.taps = shape.channels * shape.together * shape.kernel_columns
    shape.width = shape.phases * shape.run * shape.out_columns
    shape.spots = shape.out_rows * shape.out_columns
    area = shape.kernel_rows * shape.kernel_columns
    weights = max(1, shape.maps * shape.channels * area)
    shape.block = max(1, -(-shape.images // min(BLOCKS, max(8, BLOCK_SUMS // weights))))
    shape.blocks = -(-shape.images // shape.block)


@numba_njit
def turn(numbers):
    """The frame of the transposed convolution, from the maps to the pictures, in its place.

    Its kernel is the same the other way round, its zeros are those that a kernel leaves room for:
    ``kernel - 1 - zeros``. Steps are 1.

    Parameters
    ----------
    numbers : int64 array, shape (len(FRAME),)
    """
    shape = numbers.view(FRAME)[0]
    shape.turned = 1 - shape.turned
    shape.channels, shape.maps = shape.maps, shape.channels
    shape.rows, shape.out_rows = shape.out_rows, shape.rows
    shape.columns, shape.out_columns = shape.out_columns, shape.columns
    shape.pad_rows = shape.kernel_rows - 1 - shape.pad_rows
    shape.pad_columns = shape.kernel_columns - 1 - shape.pad_columns
    plan(shape)


def framing(op):
    """What makes the frame of two shapes, in compiled code, for a convolution's properties."""
    pair, four = types.UniTuple(types.intp, 2), types.UniTuple(types.intp, 4)
    fill = kernel(fill_frame, (four, four, types.intp, pair, pair, NUMBERS))
    zeros = (0, 0) if op.border_mode in BORDERS else op.border_mode
    border, steps, size = BORDERS.get(op.border_mode, 3), op.subsample, len(FRAME)

    @numba_njit
    def frame_of(x, w):
        """The frame, int64 (len(FRAME),), for pictures and filters of these shapes."""
        numbers = np.empty(size, dtype=np.int64)
        fill((x, w, border, zeros, steps, numbers))
        return numbers

    return frame_of


@numba_njit
def order_of(frame, flip):
    """Where in the filters each element of the matrices (taps, maps) of the products lies.

    Returns
    -------
    uint64 array, shape (filters' elements,)
    """
    shape, n = frame[0], 0
    area = shape.kernel_rows * shape.kernel_columns
    columns = shape.together * shape.kernel_columns
    order = np.empty(shape.maps * shape.channels * area, dtype=np.uint64)
    for first in range(0, shape.kernel_rows, shape.together):
        for tap in range(shape.taps):
            c, k = tap // columns, tap % columns
            k += first * shape.kernel_columns
            for m in range(shape.maps):
                place = c * shape.maps + m if shape.turned else m * shape.channels + c
                order[n] = place * area + (area - 1 - k if flip != shape.turned else k)
                n += 1
    return order


@numba_njit
def inside(at, n, step, count):
    """The first and the last + 1 of `count` places, `step` apart from `at` on, in 0 ... n - 1."""
    first = 0 if at >= 0 else min(count, -(at // step))
    stop = 0 if at >= n else (n - 1 - at) // step + 1
    return first, max(first, min(stop, count))


@numba_njit
def segments_of(frame):
    """(start in the patches, start in the picture, length) of every piece of a picture's row.

    Unsigned, since Numba else asks at every element whether an index counts from the end.

    Returns
    -------
    uint64 array, shape (segments, 3)
    """
    shape, n = frame[0], 0
    segments = np.empty((shape.taps * shape.phases * shape.run, 3), dtype=np.uint64)
    for tap in range(shape.taps):
        j, i = tap % shape.kernel_columns, tap // shape.kernel_columns
        c, i = i // shape.together, i % shape.together
        left = j - shape.pad_columns
        first, stop = inside(left, shape.columns, shape.step_columns, shape.out_columns)
        left += first * shape.step_columns
        for phase in range(shape.phases):
            top = i + phase - shape.pad_rows
            begin, end = inside(top, shape.rows, shape.step_rows, shape.run)
            for q in range(begin, end):
                row = (phase * shape.run + q) * shape.out_columns + first
                picture_row = c * shape.rows + top + q * shape.step_rows
                segments[n, 0] = tap * shape.width + row
                segments[n, 1] = picture_row * shape.columns + left
                segments[n, 2] = stop - first
                n += 1
    return segments[:n]


@numba_njit
def gather(picture, segments, frame, patches):
    """Copy a picture into its patches; what is no picture stays 0.

    Parameters
    ----------
    picture : array, shape (channels * rows * columns,)
    segments : uint64 array, shape (segments, 3)
    frame : record
    patches : array, shape (taps * width,)
    """
    step = np.uint64(frame[0].step_columns)
    for n in range(len(segments)):
        target, source = segments[n, 0], segments[n, 1]
        for s in range(segments[n, 2]):
            patches[target + s] = picture[source + s * step]


@numba_njit
def spread(patches, segments, frame, picture):
    """Add patches to the picture: the reverse of `gather`, with arrays of the same shapes."""
    step = np.uint64(frame[0].step_columns)
    for n in range(len(segments)):
        source, target = segments[n, 0], segments[n, 1]
        for s in range(segments[n, 2]):
            picture[target + s * step] += patches[source + s]


@numba_njit
def start(first, frame):
    """Where the patches under kernel row `first` begin in a row of the matrix."""
    shape = frame[0]
    return (first % shape.step_rows * shape.run + first // shape.step_rows) * shape.out_columns
