"""The transforms of Winograd's convolution, of many channels at a time.

A tile of maps is a product of two polynomials, which is known from its values at a few points. At
each point the values of pixels and filters are multiplied; so a tile of 4 x 4 maps and a filter of
3 x 3 take 36 multiplications instead of 144, since there are six points along each side. The
points are 0, two pairs near 1 that differ in their sign, and infinity: with these the sums lose
the fewest digits of those that were tried.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dltut.kernels.engine.vectors import BYTES, FUSE, INTEGER, repeat

POINTS = (0.0, 0.75, -0.75, 1.5, -1.5)  # and infinity
SIDE = len(POINTS) + 1  # of a tile of pixels, and of what any tile is transformed to


def values(length: int) -> np.ndarray:
    """What takes a polynomial's coefficients to its values at all points, (SIDE, length)."""
    matrix = np.power.outer(POINTS, np.arange(length))
    return np.vstack([matrix, np.arange(length) == length - 1])


def of_filters(taps: int) -> np.ndarray:
    """The transform of filters, (SIDE, taps): values over those of Lagrange's polynomials."""
    points = np.array(POINTS)
    products = [np.prod(p - np.delete(points, i)) for i, p in enumerate(points)]
    return values(taps) / np.array([*products, 1.0])[:, None]


def of_pixels() -> np.ndarray:
    """The transform of pixels, (SIDE, SIDE): coefficients of Lagrange's polynomials."""
    rows = [[*np.poly(np.delete(POINTS, i))[::-1], 0.0] for i in range(SIDE - 1)]
    return np.array([*rows, np.poly(POINTS)[::-1]])


def transform(matrix: np.ndarray, window: int = 1, adds: bool = False):
    """An intrinsic for ``matrix @ tile @ matrix.T``, of as many tiles as a vector has places.

    It takes (address of the tile's first vector, bytes from row to row, from column to column), the
    same of the result, and an array for the type of the numbers.

    Parameters
    ----------
    matrix : array, shape (rows of the result, rows of the tile)
    window : int
        Of the result only the maxima of windows of so many rows and columns are kept.
    adds : bool
        Whether the result is added to what is there.
    """

    @intrinsic
    def apply(typing, source, target, like):
        """The transform, in the order of the arguments above."""

        def code(context, builder, signature, values):
            """Along the columns, then along the rows."""
            size = like.dtype.bitwidth // 8
            vector = ir.VectorType(context.get_value_type(like.dtype), BYTES // size)
            width = matrix.shape[1]
            source, target = (cgutils.unpack_tuple(builder, each) for each in values[:2])

            def pointer(place, r, s):
                """Where the vector of a row and a column lies."""
                first, row, column = place
                at = builder.add(first, builder.mul(row, INTEGER(r)))
                at = builder.add(at, builder.mul(column, INTEGER(s)))
                return builder.inttoptr(at, vector.as_pointer())

            half = []
            for s in range(width):
                column = [builder.load(pointer(source, r, s), align=size) for r in range(width)]
                half.append(_multiply(builder, matrix, column))
            rows = [_multiply(builder, matrix, list(row)) for row in zip(*half, strict=True)]
            for r, row in enumerate(_maxima(builder, rows, window)):
                for s, result in enumerate(row):
                    place = pointer(target, r, s)
                    if adds:
                        result = builder.fadd(builder.load(place, align=size), result)
                    builder.store(result, place, align=size)
            return context.get_dummy_value()

        return types.void(source, target, like), code

    return apply


def _maxima(builder, rows: list, window: int) -> list:
    """Generate the maxima of windows of vectors (rows, columns); what is no number wins."""
    pooled = []
    for r in range(0, len(rows), window):
        pooled.append([])
        for s in range(0, len(rows), window):
            best = rows[r][s]
            for k in range(1, window * window):
                value = rows[r + k // window][s + k % window]
                is_number = builder.fcmp_ordered("ord", best, best)
                better = builder.and_(builder.fcmp_unordered(">", value, best), is_number)
                best = builder.select(better, value, best)
            pooled[-1].append(best)
    return pooled


def _multiply(builder, matrix, vectors: list) -> list:
    """Generate the product of a matrix and a list of vectors.

    Two points that differ in their sign have rows, or columns, which differ only in the signs of
    odd places: these share their sums of even and of odd terms, or the sums and the differences of
    two vectors.
    """
    odd = np.arange(len(vectors)) % 2 == 1
    pairs = range(1, SIDE - 1, 2)
    if len(matrix) == SIDE and all(
        np.array_equal(np.where(odd, -matrix[i], matrix[i]), matrix[i + 1]) for i in pairs
    ):
        rows = [_sum(builder, matrix[0], vectors)]
        for i in pairs:
            even_terms = _sum(builder, np.where(odd, 0, matrix[i]), vectors)
            odd_terms = _sum(builder, np.where(odd, matrix[i], 0), vectors)
            rows.append(builder.fadd(even_terms, odd_terms))
            rows.append(builder.fsub(even_terms, odd_terms))
        return [*rows, _sum(builder, matrix[-1], vectors)]
    sums = [builder.fadd(vectors[i], vectors[i + 1]) for i in pairs]
    differences = [builder.fsub(vectors[i], vectors[i + 1]) for i in pairs]
    columns = [0, *pairs, SIDE - 1]
    return [
        _sum(builder, row[columns], [vectors[0], *(differences if k % 2 else sums), vectors[-1]])
        for k, row in enumerate(matrix)
    ]


def _sum(builder, factors, vectors: list):
    """Generate the sum of vectors times factors, of which some are not 0."""
    total = None
    # What is added as it is comes first: all others are one instruction each.
    for factor, each in sorted(zip(factors, vectors, strict=True), key=lambda pair: pair[0] != 1):
        if factor == 0:
            continue
        number = repeat(builder, each.type.element(float(factor)), each.type)
        if total is None:
            total = each if factor == 1 else builder.fmul(each, number)
        elif factor == 1:
            total = builder.fadd(each, total)
        else:
            product = builder.fmul(each, number, flags=FUSE)
            total = builder.fadd(product, total, flags=FUSE)
    return total
