"""The matrix product that every kernel stands on, in vectors of the processor's own width.

A tile of the result stays in registers while its sums run; numbers of the left factor are spread
over a vector. Rows of the right factor are read where they lie by few rows of the left one; below
many, when it lies transposed, and at the right edge, some columns are copied side by side first. Of
large matrices both factors are copied, as a BLAS does, which brings threads and settings of its
own.

Inside, places are addresses and distances are bytes: `a` is where the left factor begins, `a_row`
lies between two of its rows, `a_term` between two terms of a sum.
"""

from functools import cache

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.dots import DOTS_FROM_VECTORS, DOTS_UP_TO_ROWS, dots_of
from dltut.kernels.engine.panels import (
    LEFT_DEPTH,
    copy_left,
    copy_panel,
    copy_right,
    merge_edge,
)
from dltut.kernels.engine.symbols import add_symbol, call_symbol, version_of
from dltut.kernels.engine.vectors import BYTES, INTEGER, IS_WIDE, add_product, fetch, read, repeat

ROWS = 10 if IS_WIDE else 6  # of a tile: two vectors a row fill the registers
FOUR = 4  # rows of a lower tile; without AVX-512 three vectors a row fill the registers
COLUMNS = BYTES // 2  # of a tile of two vectors, in single precision
ALONE = 8  # vectors of a tile of one row alone: as many sums as an addition takes cycles, twice
# By so many rows of the left factor, columns of the right one are copied: soon, where its rows lie
# such a distance apart that they share places in a cache.
COPY_FROM_ROWS, COPY_SOON_FROM_ROWS, SHARED_BYTES = 96, 24, 256
DEPTH = 512  # terms summed at a time, whose part of the right factor stays in the cache
# Where all sides are at least so long, a left factor of at least so many bytes that meets so many
# columns is copied to panels of a tile's rows first, so many rows and terms at a time: what one
# thread's cache holds beside a panel of the right one. One that lies transposed is read where it
# lies, a part of a row for each term, unless it is much larger or those parts share places in a
# cache.
COPY_LEFT_FROM, LARGE_BYTES, LARGE_COLUMNS = 64, 2**19, 256
COPY_TRANSPOSED_BYTES, SHARED_BY_TERMS = 2**22, 1024
TALL = 192 if IS_WIDE else 96


@numba_njit
def is_copied_by_terms(terms, m, lda, size):
    """Whether a left factor that lies transposed is copied first.

    Parameters
    ----------
    terms, m, lda : int
        Rows and columns of it as it lies, and elements from row to row.
    size : int
        Bytes of an element.
    """
    is_large = terms * m * size >= COPY_TRANSPOSED_BYTES or lda * size % SHARED_BY_TERMS == 0
    return is_large and min(terms, m) >= COPY_LEFT_FROM


def tile(rows: int, vectors: int, dtype: str):
    """An intrinsic for ``c = alpha * a @ b + beta * c``, a tile of the result.

    It takes (terms, address of a, bytes from row to row and from term to term, address of b, bytes
    from row to row, address of c, bytes from row to row) and (alpha, beta). Where beta is zero, c
    is not read.

    Parameters
    ----------
    rows, vectors : int
        Of the tile: its columns are those of so many vectors.
    dtype : {"float32", "float64"}
    """
    size = np.dtype(dtype).itemsize
    element = ir.FloatType() if size == 4 else ir.DoubleType()
    vector = ir.VectorType(element, BYTES // size)
    cells = [(r, v) for r in range(rows) for v in range(vectors)]

    @intrinsic
    def multiply_tile(typing, places, factors):
        """The tile, in the order of the arguments above."""

        def code(context, builder, signature, values):
            """Sums in registers, times alpha, plus beta times what is there."""
            k, a, a_row, a_term, b, b_row, c, c_row = cgutils.unpack_tuple(builder, values[0])
            alpha, beta = cgutils.unpack_tuple(builder, values[1])
            sums = {cell: cgutils.alloca_once_value(builder, vector(None)) for cell in cells}
            for r in range(rows):
                fetch(builder, builder.add(c, builder.mul(c_row, INTEGER(r))))
            with cgutils.for_range(builder, k) as loop:
                left = builder.add(a, builder.mul(loop.index, a_term))
                right = builder.add(b, builder.mul(loop.index, b_row))
                columns = [read(builder, right, vector, v) for v in range(vectors)]
                for r in range(rows):
                    place = builder.add(left, builder.mul(a_row, INTEGER(r)))
                    number = builder.load(builder.inttoptr(place, element.as_pointer()))
                    number = repeat(builder, number, vector)
                    for v in range(vectors):
                        add_product(builder, number, columns[v], sums[r, v])
            alpha, beta_vector = (repeat(builder, each, vector) for each in (alpha, beta))
            for cell in cells:
                scaled = builder.fmul(builder.load(sums[cell]), alpha)
                builder.store(scaled, sums[cell])
            with builder.if_then(builder.fcmp_unordered("!=", beta, element(0))):
                for r, v in cells:
                    row = builder.add(c, builder.mul(c_row, INTEGER(r)))
                    before = read(builder, row, vector, v)
                    add_product(builder, before, beta_vector, sums[r, v])
            for r, v in cells:
                place = builder.add(c, builder.mul(c_row, INTEGER(r)))
                place = builder.add(place, INTEGER(v * BYTES))
                pointer = builder.inttoptr(place, vector.as_pointer())
                builder.store(builder.load(sums[r, v]), pointer, align=size)
            return context.get_dummy_value()

        return types.void(places, factors), code

    return multiply_tile


@numba_njit
def is_in_threes(m, columns, lanes):
    """Whether the next tiles of a product are of four rows and three vectors each.

    So they are without AVX-512 where rows are a multiple of four, but not of six: tiles of six
    rows and two vectors, as fast, would leave a lower one, whose few sums wait for each other.

    Parameters
    ----------
    m : int
        Rows.
    columns : int
        How many are left, the edge aside. Of four vectors two are taken and two left: one alone
        would be slow.
    lanes : int
        Columns of a vector.
    """
    is_enough = columns == 3 * lanes or columns > 4 * lanes
    return not IS_WIDE and m % FOUR == 0 and m % ROWS != 0 and is_enough


@numba_njit
def is_tall(left):
    """Whether the next tile has ROWS rows, of so many that are left, or less.

    A tile of two rows takes as long as one of four without AVX-512, so eight are two of four.
    """
    return left >= ROWS and (IS_WIDE or not ROWS + 2 <= left < 2 * FOUR + 2)


def column_of_tiles_of(dtype: str):
    """What computes some vectors of the result's columns, for one width."""
    wide, narrow = (tile(ROWS, vectors, dtype) for vectors in (2, 1))
    widest_four, wide_four, narrow_four = (tile(FOUR, vectors, dtype) for vectors in (3, 2, 1))
    wide_two, narrow_two = (tile(2, vectors, dtype) for vectors in (2, 1))
    wide_row, narrow_row = (tile(1, vectors, dtype) for vectors in (2, 1))
    rows = ROWS

    @numba_njit
    def column_of_tiles(vectors, m, k, a, a_row, a_term, a_tile, b, b_row, c, c_row, alpha, beta):
        """All rows of one to three vectors of columns: tiles, then what is left in smaller ones.

        Parameters
        ----------
        vectors : int
            How many there are; of three, see `is_in_threes`.
        m, k : int
            Rows, and terms of a sum.
        a, a_row, a_term, b, b_row, c, c_row : int
            Where each matrix begins there, and bytes from row to row and from term to term.
        a_tile : int
            Bytes from one tile's rows of a to the next's.
        alpha, beta : float
        """
        i, in_panels = 0, a_tile != rows * a_row
        while i < m:
            places = k, a, a_row, a_term, b, b_row, c + i * c_row, c_row
            if vectors == 3:
                widest_four(places, (alpha, beta))
                i, a = i + FOUR, a + FOUR * a_row
            elif i + rows <= m and (in_panels or is_tall(m - i)):
                if vectors == 2:
                    wide(places, (alpha, beta))
                else:
                    narrow(places, (alpha, beta))
                i, a = i + rows, a + a_tile
            elif i + FOUR <= m:
                if vectors == 2:
                    wide_four(places, (alpha, beta))
                else:
                    narrow_four(places, (alpha, beta))
                i, a = i + FOUR, a + FOUR * a_row
            elif i + 2 <= m:
                if vectors == 2:
                    wide_two(places, (alpha, beta))
                else:
                    narrow_two(places, (alpha, beta))
                i, a = i + 2, a + 2 * a_row
            else:
                if vectors == 2:
                    wide_row(places, (alpha, beta))
                else:
                    narrow_row(places, (alpha, beta))
                i, a = i + 1, a + a_row

    return column_of_tiles


def columns_of_product_of(dtype: str):
    """What computes some vectors of the result's columns, term after term, for one width."""
    size, real = np.dtype(dtype).itemsize, np.dtype(dtype).type
    lanes, column_of_tiles = BYTES // size, column_of_tiles_of(dtype)

    @numba_njit
    def columns_of_product(
        columns, is_last, is_copied, m, k, alpha, a, a_row, a_term, a_tile, b, b_row, b_column,
        beta, c, c_row, panel, edge,
    ):  # fmt: skip
        """Some columns of the result, from where b and c are.

        Parameters
        ----------
        columns : int
            How many, up to those of three vectors; if they fill no whole vectors, which are two at
            most then, they go through `edge`.
        is_last : bool
            Whether they are the right edge of the result, where b ends.
        is_copied : bool
            Whether b is read from a panel, to which it is copied first.
        m, k : int
            Rows, and terms of a sum.
        a, a_row, a_term, b, b_row, b_column, c, c_row : int
            Where each matrix begins there, and bytes from row to row, term to term, column to
            column.
        a_tile : int
            See `column_of_tiles_of`.
        panel : array, shape (DEPTH * two vectors,)
            Room for columns of the right factor, see `copy_panel`.
        edge : array, shape (m * two vectors,)
            Room for the right edge of the result, see `merge_edge`.
        """
        vectors = (columns + lanes - 1) // lanes
        width = vectors * lanes
        is_edge = columns < width
        out, step = (np.intp(edge.ctypes.data), width * size) if is_edge else (c, c_row)
        keep = real(0) if is_edge else beta
        # A vector may reach into the next row of b, but not beyond the end of it all.
        whole = k - ((width - columns) * size + b_row - 1) // b_row if is_last else k
        first = 0
        while first < k or first == 0:
            depth, right, row = min(DEPTH, k - first), b + first * b_row, b_row
            if not is_copied and first < whole:
                depth = min(depth, whole - first)
            else:
                copy_panel(right, b_row, b_column, depth, columns, width, panel)
                right, row = np.intp(panel.ctypes.data), width * size
            left = a + first * a_term
            column_of_tiles(
                vectors, m, depth, left, a_row, a_term, a_tile, right, row, out, step, alpha,
                keep,
            )  # fmt: skip
            first, keep = first + max(depth, 1), real(1)
        if is_edge:
            merge_edge(edge, width, m, columns, beta, c, c_row)

    return columns_of_product


def gemm_of(dtype: str):
    """The whole product, to be compiled for one width."""
    size, real = np.dtype(dtype).itemsize, np.dtype(dtype).type
    lanes = BYTES // size
    dots, columns_of_product = dots_of(dtype), columns_of_product_of(dtype)
    long, part_of_row = ALONE * lanes, tile(1, ALONE, dtype)

    @numba_njit
    def strip(m, n, k, alpha, a, a_row, a_term, a_tile, b, b_row, b_column, is_copied, is_packed,
        beta, c, c_row, panel, edge):  # fmt: skip
        """All columns of some rows, some vectors after the other, at addresses."""
        j, is_in_place = 0, not (is_copied or is_packed) and a_tile == ROWS * a_row
        pairs = n - n % (2 * lanes)  # an edge begins behind them whatever m is, and so rounds alike
        while j < n:
            vectors = 3 if is_in_place and is_in_threes(m, pairs - j, lanes) else 2
            columns = min(vectors * lanes, n - j)
            columns_of_product(
                columns, columns % lanes != 0 and not is_packed, is_copied, m, k, alpha, a, a_row,
                a_term, a_tile, b + j * b_column, b_row, b_column, beta, c + j * size, c_row, panel,
                edge,
            )  # fmt: skip
            j += columns

    @numba_njit
    def large(m, n, k, alpha, a, a_row, a_term, b, b_row, b_column, is_packed, beta, c, c_row,
        edge):  # fmt: skip
        """The same of large matrices: both factors are copied, some rows and terms at a time."""
        left = np.empty((min(m, TALL) + ROWS) * LEFT_DEPTH, real)
        right = np.empty(0 if is_packed else (n + 2 * lanes) * LEFT_DEPTH, real)
        nothing, keep = left[:0], beta
        # For constants Numba would compile `strip`, and what it calls, a second time.
        one_number, never, always = abs(np.intp(size)), m < 0, m >= 0
        for first in range(0, k, LEFT_DEPTH):
            terms = min(LEFT_DEPTH, k - first)
            place, column = b + first * b_row, b_column
            if not is_packed:
                copy_right(place, b_row, b_column, terms, n, 2 * lanes, right)
                place, column = np.intp(right.ctypes.data), terms * size
            for top in range(0, m, TALL):
                rows, start = min(TALL, m - top), a + top * a_row + first * a_term
                copy_left(start, a_row, a_term, rows, terms, ROWS, left)
                start = np.intp(left.ctypes.data)
                strip(
                    rows, n, terms, alpha, start, one_number, ROWS * one_number,
                    terms * ROWS * one_number, place, 2 * lanes * size, column, never, always, keep,
                    c + top * c_row, c_row, nothing, edge,
                )  # fmt: skip
            keep = real(1)

    def gemm(left_transposed, right_transposed, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
        """``c = alpha * a @ b + beta * c`` at addresses, see `product`."""
        is_thin = m <= DOTS_UP_TO_ROWS and k >= DOTS_FROM_VECTORS * lanes
        if right_transposed and not left_transposed and is_thin:
            dots(m, n, k, a, lda * size, b, ldb * size, c, ldc * size, alpha, beta)
            return
        b_row, b_column = (size, ldb * size) if right_transposed else (ldb * size, size)
        is_ragged, is_packed = n % lanes != 0, ldb == 0
        if is_packed:
            b_row, b_column = 2 * lanes * size, k * size
        edge = np.empty(m * 2 * lanes if is_ragged else 0, real)
        a_row, a_term = (size, lda * size) if left_transposed else (lda * size, size)
        a_tile, in_panels = ROWS * a_row, lda == 0
        if in_panels:
            a_row, a_term, a_tile = size, ROWS * size, k * ROWS * size
        is_large = m * k * size >= LARGE_BYTES and n >= LARGE_COLUMNS
        if left_transposed:
            is_large = is_copied_by_terms(k, m, lda, size)
        if is_large and not in_panels and min(m, n, k) >= COPY_LEFT_FROM:
            large(
                m, n, k, alpha, a, a_row, a_term, b, b_row, b_column, is_packed, beta, c,
                ldc * size, edge,
            )  # fmt: skip
            return
        while m == 1 and n >= long and not (right_transposed or is_packed):
            part_of_row((k, a, a_row, a_term, b, b_row, c, 0), (alpha, beta))
            n, b, c = n - long, b + long * size, c + long * size
        copy_from = COPY_FROM_ROWS if b_row % SHARED_BYTES else COPY_SOON_FROM_ROWS
        is_copied = right_transposed or (m >= copy_from and not is_packed)
        panel = np.empty(DEPTH * 2 * lanes if is_copied or is_ragged else 0, real)
        strip(
            m, n, k, alpha, a, a_row, a_term, a_tile, b, b_row, b_column, is_copied, is_packed,
            beta, c, ldc * size, panel, edge,
        )  # fmt: skip

    return gemm


def _arguments(real) -> tuple:
    """The types of the arguments of a `gemm` for a kind of number."""
    sizes = types.boolean, types.boolean, types.intp, types.intp, types.intp
    return (*sizes, real, *(types.intp,) * 4, real, types.intp, types.intp)


def _symbol(dtype: str) -> str:
    """The name by which compiled code finds the product of a width."""
    return f"dltut_gemm_{dtype}_{version_of(gemm_of):x}"


@cache
def prepare(dtype: str) -> None:
    """Compile the product for a width; whoever compiles a call of `product` says so first."""
    real = numba.from_dtype(np.dtype(dtype))
    add_symbol(_symbol(dtype), gemm_of(dtype), _arguments(real))


@numba_njit
def panel_width(like):
    """How many columns a panel has, for the width of an array: those of two vectors."""
    return 2 * BYTES // like.itemsize


@intrinsic
def product(
    typing, left_transposed, right_transposed, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc
):
    """``c = alpha * a @ b + beta * c``, on this thread.

    Parameters
    ----------
    left_transposed, right_transposed : bool
        Whether a factor lies in memory as its transpose.
    m, n, k : int
        Rows and columns of c, and terms of its sums.
    alpha, beta : float
        Where beta is 0, what c holds before does not count, be it NaN.
    a : array, shape (m, k), or (k, m) if it lies transposed, or int
    b : array, shape (k, n), or (n, k), or int
    c : array, shape (m, n), or int
        Of all three, only where the first element lies is read from the array itself; integers are
        such addresses. Where c is one, alpha has the width of the numbers.
    lda, ldb, ldc : int
        Elements from one row in memory to the next. An ldb of 0 says that b lies in panels of
        `panel_width` columns, one behind the other, the last one filled up with zeros. An lda of 0
        says that a, which is not transposed then, lies in panels of ROWS rows, one term of all
        rows behind the other.
    """

    def code(context, builder, signature, values):
        """Call the symbol with the addresses of what the arrays hold."""
        values, arguments = list(values), _arguments(real)
        for place, kind in enumerate(signature.args):
            if isinstance(kind, types.Array):
                data = context.make_array(kind)(context, builder, values[place]).data
                values[place] = builder.ptrtoint(data, INTEGER)
        call_symbol(context, builder, _symbol(str(real)), arguments, values)
        return context.get_dummy_value()

    sizes, real, far = (types.intp,) * 3, getattr(c, "dtype", alpha), types.intp
    flags = types.boolean, types.boolean
    return types.void(*flags, *sizes, real, a, far, b, far, real, c, far), code
