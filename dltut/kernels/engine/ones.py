"""Products whose left factor is zeros and ones, mostly zeros: sums of the rows that the ones pick.

Where the ones of a row stand is kept in lists, one for each of some parts of the row: rows of the
right factor that one part may pick stay in the nearest cache while the lists of all rows are read.
Places are addresses and distances are bytes.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.vectors import BYTES, INTEGER

MOST = 8  # vectors that are summed at a time: as many sums as an addition takes cycles, twice
ENTRY = ir.IntType(32)  # of a list
AHEAD = 4  # entries that are written behind the end of a list


@intrinsic
def list_ones(typing, row, first, n, entries, like):
    """Write where a part of a row is not 0; how many such places there are.

    Parameters
    ----------
    row : int
        The address of the first number.
    first, n : int
        The place of that in the whole row, and how many there are: as many as a vector has or more.
    entries : int
        The address of room for n + `AHEAD` integers of 32 bits.
    like : array
        For the type of the numbers.
    """
    size = like.dtype.bitwidth // 8
    lanes = BYTES // size

    def code(context, builder, signature, values):
        """The bits of a vector of comparisons, from the lowest to the highest.

        Some entries are written whether there are as many or not: a branch for each would be
        guessed wrong.
        """
        row, first, n, entries, _ = values
        vector = ir.VectorType(context.get_value_type(like.dtype), lanes)
        count = cgutils.alloca_once_value(builder, INTEGER(0))
        left = cgutils.alloca_once(builder, ENTRY)
        vectors = builder.udiv(builder.add(n, INTEGER(lanes - 1)), INTEGER(lanes))
        with cgutils.for_range(builder, vectors) as loop:
            place = builder.mul(loop.index, INTEGER(lanes))
            end = builder.sub(n, INTEGER(lanes))  # the last vector, without what was seen before
            start = builder.select(builder.icmp_unsigned("<", place, end), place, end)
            seen = builder.trunc(builder.sub(place, start), ENTRY)
            at = builder.add(row, builder.mul(start, INTEGER(size)))
            numbers = builder.load(builder.inttoptr(at, vector.as_pointer()), align=size)
            is_on = builder.fcmp_unordered("!=", numbers, vector(None))
            bits = builder.zext(builder.bitcast(is_on, ir.IntType(lanes)), ENTRY)
            bits = builder.shl(builder.lshr(bits, seen), seen)
            base = builder.trunc(builder.add(first, start), ENTRY)
            before = builder.load(count)

            def write(offset, bits, base=base):
                """Write the place of the lowest bit, and return the others."""
                lowest = builder.cttz(bits, ir.IntType(1)(0))
                to = builder.add(entries, builder.mul(offset, INTEGER(4)))
                to = builder.inttoptr(to, ENTRY.as_pointer())
                builder.store(builder.add(base, lowest), to)
                return builder.and_(bits, builder.sub(bits, ENTRY(1)))

            many = builder.zext(builder.ctpop(bits), INTEGER)
            for ahead in range(AHEAD):
                bits = write(builder.add(before, INTEGER(ahead)), bits)
            builder.store(bits, left)
            with builder.if_then(builder.icmp_unsigned("!=", bits, ENTRY(0)), likely=False):
                rest = builder.sub(many, INTEGER(AHEAD))
                with cgutils.for_range(builder, rest) as more:
                    offset = builder.add(builder.add(before, INTEGER(AHEAD)), more.index)
                    builder.store(write(offset, builder.load(left)), left)
            builder.store(builder.add(before, many), count)
        return builder.load(count)

    return types.intp(*(types.intp,) * 4, like), code


@intrinsic
def _add_vectors(typing, vectors, lists, rows, sums, like):
    """Add to some vectors of some rows what a list for each picks.

    Parameters
    ----------
    vectors : int
        From 1 to `MOST`.
    lists : (how many, address of their lengths, distance, address of their entries, distance)
    rows : (address of the first, distance)
    sums : (address of the first, distance, bytes from there to the last vector)
    like : array
        For the type of the numbers.
    """

    def code(context, builder, signature, values):
        """For each number of vectors a loop of its own, whose sums are in registers."""
        element = context.get_value_type(like.dtype)
        vector = ir.VectorType(element, 8 * BYTES // like.dtype.bitwidth)
        places = [each for value in values[1:4] for each in cgutils.unpack_tuple(builder, value)]
        for width in range(1, MOST + 1):
            is_one = builder.icmp_signed("==", values[0], values[0].type(width))
            with builder.if_then(is_one):
                _add_rows(builder, width, vector, *places)
        return context.get_dummy_value()

    return types.void(vectors, lists, rows, sums, like), code


def _add_rows(
    builder, vectors, vector, n, counts, count_step, entries, list_step, rows, row_step, sums,
    sum_step, last,
):  # fmt: skip
    """Generate the loop over lists and their members; arguments as for `_add_vectors`."""
    offsets = [*(INTEGER(v * BYTES) for v in range(vectors - 1)), last]
    totals = [cgutils.alloca_once(builder, vector) for _ in offsets]

    def at(place, number, step, kind):
        """A pointer to one of some things that lie so many bytes apart."""
        place = builder.add(place, builder.mul(number, step))
        return builder.inttoptr(place, kind.as_pointer())

    with cgutils.for_range(builder, n) as one:
        count = builder.load(at(counts, one.index, count_step, INTEGER))
        members = builder.add(entries, builder.mul(one.index, list_step))
        to = [at(builder.add(sums, each), one.index, sum_step, vector) for each in offsets]
        for place, total in zip(to, totals, strict=True):
            builder.store(builder.load(place, align=4), total)
        with cgutils.for_range(builder, count) as loop:
            member = builder.load(at(members, loop.index, INTEGER(4), ENTRY))
            member = builder.zext(member, INTEGER)
            for offset, total in zip(offsets, totals, strict=True):
                numbers = at(builder.add(rows, offset), member, row_step, vector)
                numbers = builder.load(numbers, align=4)
                builder.store(builder.fadd(builder.load(total), numbers), total)
        for place, total in zip(to, totals, strict=True):
            builder.store(builder.load(total), place, align=4)


@numba_njit
def add_picked(lists, rows, row, width, sums, step, like):
    """Add to some rows the rows that a list for each of them picks, from left to right.

    Parameters
    ----------
    lists : (how many, address of their lengths, distance, address of their entries, distance)
        Lengths are integers of 64 bits.
    rows, row : int
        The address of the first of the rows to pick from, and their distance.
    width : int
        Columns, as many as a vector has or more. The last vector ends where they end; what it
        shares with the one before is the same in both.
    sums, step : int
        The address of the first of the rows to add to, and their distance.
    like : array
        For the type of the numbers.
    """
    end = width * like.itemsize
    vectors = (end + BYTES - 1) // BYTES
    parts = (vectors + MOST - 1) // MOST  # almost equal ones: no last vector is alone in its part
    for part in range(parts):
        left, right = vectors * part // parts * BYTES, vectors * (part + 1) // parts * BYTES
        target = sums + left, step, min(right, end) - BYTES - left
        _add_vectors((right - left) // BYTES, lists, (rows + left, row), target, like)
