"""A step of descent on a tile of the weights: read once, changed in registers, written once."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dltut.kernels.engine.gemm import ROWS
from dltut.kernels.engine.vectors import BYTES, INTEGER, IS_WIDE, add_product, fetch, read, repeat

# Tiles from one to that whose rows memory is asked for. Where the parts of two threads meet, a line
# of the cache belongs to both and comes from the other core, which takes as long as some tiles.
# With AVX-512 asking costs a twentieth of a step, and repays it where a core's cache is too small.
AHEAD, AHEAD_FROM_BYTES = 4, 2**21 if IS_WIDE else 0


@intrinsic
def change_tile(typing, places, keep, squares):
    """``W = keep * W + x.T @ delta``, a tile of ROWS rows and two vectors or less.

    Parameters
    ----------
    places : tuple of int
        Terms of a sum, and how many of them count; where the list of those begins, as integers of
        32 bits; where x begins, and bytes from row to row; where delta begins, whose rows, of the
        tile alone, follow each other, filled up with zeros; where the tile of W begins, and bytes
        from row to row; columns; bytes of all of W.
    keep : float
        Of the width of all numbers.
    squares : int
        The address of a vector's numbers in double precision, to which the squares of what W was
        are added, or 0.
    """

    def code(context, builder, signature, values):
        """Sums in registers that begin with what is there."""
        unpacked = cgutils.unpack_tuple(builder, values[0])
        k, count, terms, x, x_row, delta, W, W_row, n, all_of_W = unpacked
        element, size = context.get_value_type(keep), keep.bitwidth // 8
        vector = ir.VectorType(element, BYTES // size)
        cells = [(r, v) for r in range(ROWS) for v in range(2)]
        pointers = {}
        _ask_ahead(builder, all_of_W, W, W_row, 2 * BYTES - size)
        for r, v in cells:
            place = builder.add(W, builder.mul(W_row, INTEGER(r)))
            place = builder.add(place, INTEGER(v * BYTES))
            pointers[r, v] = builder.inttoptr(place, vector.as_pointer())
        inside = [_places_below(builder, n, v * vector.count, vector.count) for v in range(2)]
        is_whole = builder.icmp_signed(">=", n, INTEGER(2 * vector.count))
        sums = {cell: cgutils.alloca_once(builder, vector) for cell in cells}
        with builder.if_else(is_whole) as (whole, part):
            with whole:
                for cell in cells:
                    builder.store(builder.load(pointers[cell], align=size), sums[cell])
            with part:
                for r, v in cells:
                    builder.store(_load(builder, pointers[r, v], inside[v], size), sums[r, v])
        with builder.if_then(builder.icmp_unsigned("!=", values[2], INTEGER(0))):
            _add_squares(builder, [builder.load(sums[cell]) for cell in cells], values[2])
        factor = repeat(builder, values[1], vector)
        for cell in cells:
            builder.store(builder.fmul(factor, builder.load(sums[cell])), sums[cell])
        with builder.if_else(builder.icmp_unsigned("==", count, k)) as (all_terms, some):
            with all_terms:  # which need no list
                _add_rows(builder, k, None, x, x_row, delta, sums)
            with some:
                _add_rows(builder, count, terms, x, x_row, delta, sums)
        with builder.if_else(is_whole) as (whole, part):
            with whole:
                for cell in cells:
                    builder.store(builder.load(sums[cell]), pointers[cell], align=size)
            with part:
                for r, v in cells:
                    _store(builder, builder.load(sums[r, v]), pointers[r, v], inside[v], size)
        return context.get_dummy_value()

    return types.void(places, keep, squares), code


def _ask_ahead(builder, all_of_W, W, W_row, last):
    """Generate hints that the rows of a later tile are needed soon, to their last bytes."""
    is_far = builder.icmp_signed(">=", all_of_W, INTEGER(AHEAD_FROM_BYTES))
    with builder.if_then(is_far):
        for r in range(ROWS):
            row = builder.add(W, builder.mul(W_row, INTEGER(r + AHEAD * ROWS)))
            for end in (0, last):
                fetch(builder, builder.add(row, INTEGER(end)))


@intrinsic
def is_any(typing, place, like):
    """Whether any of the ROWS numbers from an address on is not 0, which NaN is not either.

    Parameters
    ----------
    place : int
    like : array
        For the type of the numbers.
    """

    def code(context, builder, signature, values):
        """All of them compared at a time."""
        vector = ir.VectorType(context.get_value_type(like.dtype), ROWS)
        pointer = builder.inttoptr(values[0], vector.as_pointer())
        numbers = builder.load(pointer, align=like.dtype.bitwidth // 8)
        is_on = builder.fcmp_unordered("!=", numbers, vector(None))
        bits = builder.bitcast(is_on, ir.IntType(ROWS))
        return builder.icmp_unsigned("!=", bits, bits.type(0))

    return types.boolean(types.intp, like), code


def _add_rows(builder, k, terms, x, x_row, delta, sums):
    """Generate the addition of k rows of x, times vectors of delta, to the sums of a tile.

    They are the first ones where there is no list of terms.
    """
    vector = sums[0, 0].type.pointee
    size = BYTES // vector.count
    with cgutils.for_range(builder, k) as loop:
        term = loop.index
        if terms is not None:
            place = builder.add(terms, builder.mul(loop.index, INTEGER(4)))
            term = builder.load(builder.inttoptr(place, ir.IntType(32).as_pointer()))
            term = builder.zext(term, INTEGER)
        left = builder.add(x, builder.mul(term, x_row))
        right = builder.add(delta, builder.mul(term, INTEGER(2 * BYTES)))
        columns = [read(builder, right, vector, v) for v in range(2)]
        for r in range(ROWS):
            place = builder.add(left, INTEGER(r * size))
            number = builder.load(builder.inttoptr(place, vector.element.as_pointer()))
            number = repeat(builder, number, vector)
            for v in range(2):
                add_product(builder, number, columns[v], sums[r, v])


def _places_below(builder, n, first, lanes):
    """Generate a vector of bits: which of its places, numbered from `first` on, are below n."""
    kind = ir.VectorType(INTEGER, lanes)
    numbers = kind(list(range(first, first + lanes)))
    return builder.icmp_signed("<", numbers, repeat(builder, n, kind))


def _load(builder, pointer, inside, size):
    """Generate a load of some places of a vector, zeros in the others."""
    vector = pointer.type.pointee
    kinds = pointer.type, ir.IntType(32), inside.type, vector
    load = _masked(builder, "load", vector, ir.FunctionType(vector, kinds))
    return builder.call(load, [pointer, ir.IntType(32)(size), inside, vector(None)])


def _store(builder, value, pointer, inside, size):
    """Generate a store of some places of a vector."""
    kinds = value.type, pointer.type, ir.IntType(32), inside.type
    store = _masked(builder, "store", value.type, ir.FunctionType(ir.VoidType(), kinds))
    builder.call(store, [value, pointer, ir.IntType(32)(size), inside])


def _masked(builder, what, vector, kind):
    """LLVM's function that loads, or stores, some places of a vector."""
    width = 32 if vector.element == ir.FloatType() else 64
    name = f"llvm.masked.{what}.v{vector.count}f{width}.p0"
    return cgutils.get_or_insert_function(builder.module, kind, name)


def _add_squares(builder, vectors, place):
    """Generate the addition of the squares of vectors to one in double precision at an address."""
    squares = cgutils.alloca_once_value(builder, vectors[0].type(None))
    for each in vectors:
        add_product(builder, each, each, squares)
    doubles = ir.VectorType(ir.DoubleType(), vectors[0].type.count)
    squares, pointer = builder.load(squares), builder.inttoptr(place, doubles.as_pointer())
    if squares.type != doubles:
        squares = builder.fpext(squares, doubles)
    builder.store(builder.fadd(builder.load(pointer, align=8), squares), pointer, align=8)
