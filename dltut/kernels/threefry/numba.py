"""Uniform draws for NUMBA mode: the cipher on vectors of counters, some vectors at a time."""

from itertools import product

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key

from dltut.kernels.engine.blocks import count_of_blocks
from dltut.kernels.engine.panels import poke
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel, version_of
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.vectors import BYTES, repeat
from dltut.kernels.threefry.op import PARITY, ROTATIONS, Numbers, Uniform

_SCALE32, _SCALE53 = np.float32(2**-24), 2.0**-53
BLOCK = 8192  # draws that a thread takes at a time
LANES = BYTES // 4  # words of 32 bits in a vector
# Vectors of counters at a time: each round waits for the one before, so several run side by side.
AT_ONCE = (4, 2, 1)
WORD, FLOAT, DOUBLE = ir.IntType(32), ir.FloatType(), ir.DoubleType()


def cipher(builder, key, counters):
    """Generate the words of some counters under one key, see `threefry2x32`.

    Parameters
    ----------
    key : pair of words
    counters : list of pairs of words
        Numbers, or vectors of them, as the key is. All take each step together.
    """
    kind = key[0].type

    def constant(value):
        """The same word everywhere."""
        return kind([value] * kind.count if isinstance(kind, ir.VectorType) else value)

    keys = *key, builder.xor(builder.xor(*key), constant(PARITY))
    words = [[builder.add(word, part) for word, part in zip(x, key, strict=True)] for x in counters]
    for group in range(5):
        for rotation in ROTATIONS[4 * (group % 2) : 4 * (group % 2) + 4]:
            for x in words:
                x[0] = builder.add(x[0], x[1])
                left = builder.shl(x[1], constant(rotation))
                right = builder.lshr(x[1], constant(32 - rotation))
                x[1] = builder.xor(builder.or_(left, right), x[0])
        for x in words:
            x[0] = builder.add(x[0], keys[(group + 1) % 3])
            last = builder.add(keys[(group + 2) % 3], constant(group + 1))
            x[1] = builder.add(x[1], last)
    return words


@intrinsic
def words(typing, k0, k1, x0, x1):
    """The two words of the counter (x0, x1) under the key (k0, k1)."""

    def code(context, builder, signature, values):
        """The cipher on numbers."""
        (made,) = cipher(builder, values[:2], [values[2:]])
        return context.make_tuple(builder, signature.return_type, made)

    return types.UniTuple(types.uint32, 2)(*(types.uint32,) * 4), code


@numba_njit
def unit32(word):
    """24 bits as a number in [0, 1); only signed integers turn into floats in vectors."""
    return np.float32(np.int32(word >> np.uint32(8))) * _SCALE32


def _singles(builder, pair) -> list:
    """Generate two vectors of draws from two of words, see `unit32`."""
    whole = [builder.lshr(word, word.type([8] * LANES)) for word in pair]
    real = [builder.sitofp(each, ir.VectorType(FLOAT, LANES)) for each in whole]
    return [builder.fmul(each, each.type([2.0**-24] * LANES)) for each in real]


def _doubles(builder, pair) -> list:
    """Generate a vector of draws from two of words: 27 bits of the first, 26 of the second."""
    whole = [
        builder.lshr(word, word.type([n] * LANES)) for word, n in zip(pair, (5, 6), strict=True)
    ]
    high, low = (builder.sitofp(each, ir.VectorType(DOUBLE, LANES)) for each in whole)
    sums = builder.fadd(builder.fmul(high, high.type([2.0**26] * LANES)), low)
    return [builder.fmul(sums, sums.type([2.0**-53] * LANES))]


def _draw_vectors(builder, how_many, k0, k1, call, first, place):
    """Generate two draws from each of as many counters as some vectors hold.

    Parameters
    ----------
    how_many : int
        Vectors, all of which take each step of the cipher together.
    k0, k1, call, first, place
        The key, the call, the first counter, and the address to write to: both words of the first
        counter, both of the second ...
    """
    vector, numbers = ir.VectorType(WORD, LANES), ir.VectorType(FLOAT, LANES)
    taken = [[half * LANES // 2 + p // 2 + p % 2 * LANES for p in range(LANES)] for half in (0, 1)]
    k0, k1, call, first = (repeat(builder, each, vector) for each in (k0, k1, call, first))
    counters = [
        (builder.add(first, vector([v * LANES + p for p in range(LANES)])), call)
        for v in range(how_many)
    ]
    for v, pair in enumerate(cipher(builder, (k0, k1), counters)):
        pair = _singles(builder, pair)
        for half in (0, 1):
            at = builder.add(place, place.type((2 * v + half) * BYTES))
            mixed = builder.shuffle_vector(*pair, vector(taken[half]))
            builder.store(mixed, builder.inttoptr(at, numbers.as_pointer()), align=4)


def _vectors_of(how_many):
    """An intrinsic for `_draw_vectors`."""

    @intrinsic
    def draw_vectors(typing, k0, k1, call, first, place):
        """The draws of so many vectors, to an address."""

        def code(context, builder, signature, values):
            """In line."""
            _draw_vectors(builder, how_many, *values)
            return context.get_dummy_value()

        return types.void(*(types.uint32,) * 4, types.intp), code

    return draw_vectors


_four, _two, _one = map(_vectors_of, AT_ONCE)


@intrinsic
def _draw_few(typing, k0, k1, call, first, n, place):
    """The first n draws of one vector of counters, to an address."""

    def code(context, builder, signature, values):
        """All of them to the stack, and from there what is wanted."""
        *key_and_counter, n, place = values
        room = cgutils.alloca_once(builder, ir.ArrayType(FLOAT, 2 * LANES))
        _draw_vectors(builder, 1, *key_and_counter, builder.ptrtoint(room, place.type))
        with cgutils.for_range(builder, n) as loop:
            number = builder.load(cgutils.gep_inbounds(builder, room, 0, loop.index))
            at = builder.add(place, builder.mul(loop.index, place.type(4)))
            builder.store(number, builder.inttoptr(at, FLOAT.as_pointer()))
        return context.get_dummy_value()

    return types.void(*(types.uint32,) * 4, types.intp, types.intp), code


@numba_njit
def draw32(key, call, first, n, place):
    """Write n draws from number `first` on to an address: two of 24 bits from each counter."""
    k0, k1 = key
    block = np.uint32((first + 1) // 2)
    if first % 2 and n > 0:
        _, second = words(k0, k1, np.uint32(block - np.uint32(1)), call)
        poke(place, unit32(second))
        place, n = place + 4, n - 1
    if 2 < n < 2 * LANES:
        _draw_few(k0, k1, call, block, n, place)
        return
    pairs, done = n // 2, 0
    while pairs >= LANES and done < pairs:
        left = pairs - done
        if left < LANES:  # some of the last vector once more
            done, left = pairs - LANES, LANES
        counter, at = np.uint32(block + np.uint32(done)), place + done * 8
        if left >= 4 * LANES:
            _four(k0, k1, call, counter, at)
            done += 4 * LANES
        elif left >= 2 * LANES:
            _two(k0, k1, call, counter, at)
            done += 2 * LANES
        else:
            _one(k0, k1, call, counter, at)
            done += LANES
    for i in range(done, (n + 1) // 2):
        a, b = words(k0, k1, np.uint32(block + np.uint32(i)), call)
        poke(place + i * 8, unit32(a))
        if 2 * i + 1 < n:
            poke(place + i * 8 + 4, unit32(b))


@numba_njit
def draw64(key, call, first, n, place):
    """Write n draws from number `first` on to an address: 53 bits from each counter."""
    k0, k1 = key
    for i in range(np.uint32(n)):
        a, b = words(k0, k1, np.uint32(np.uint32(first) + i), call)
        high, low = np.int32(a >> np.uint32(5)), np.int32(b >> np.uint32(6))
        value = (np.float64(high) * 67108864.0 + np.float64(low)) * _SCALE53
        poke(place + np.intp(i) * 8, value)


@numba_njit
def draw(key, call, first, n, place, like):
    """Write the draws of one call that have the numbers from `first` on to an address.

    Parameters
    ----------
    key : pair of uint32
    call : uint32
    first, n : int
    place : int
    like : array
        For the type of the numbers.
    """
    if like.itemsize == 4:
        draw32(key, call, first, n, place)
    else:
        draw64(key, call, first, n, place)


@numba_njit
def draw_block(i, state, flat):
    """Block i of the draws `flat` (n,) of a generator with the state (3,)."""
    first, place = i * BLOCK, np.intp(flat.ctypes.data) + i * BLOCK * flat.itemsize
    draw((state[0], state[1]), state[2], first, min(BLOCK, len(flat) - first), place, flat)


def draw_all(state, flat):
    """Fill `flat` (n,) with the draws of a generator whose state (3,) stays as it is."""
    in_parallel(draw_block, count_of_blocks(len(flat), BLOCK), (state, flat))


@compiled_form(Uniform)
def uniform(op, node):
    """The next state and the draws."""
    (flat,) = arrays(node.inputs[1].type.dtype, 1, layout="C")
    fill = kernel(draw_all, (*arrays("uint32", 1), flat))

    @numba_njit
    def uniform(state, like):
        """Of a state (3,) and an array the next state (3,) and an array of the same shape."""
        values, following = np.empty(like.shape, like.dtype), state.copy()
        fill((state, values.reshape(-1)))
        following[2] = np.uint32(state[2] + np.uint32(1))
        return following, values

    return uniform


@register_funcify_and_cache_key(Numbers)
def numbers(op, **_):
    """The number of the next call and the draws, which stay in registers, and a cache's key."""
    width = types.float32 if op.dtype == "float32" else types.float64
    made = types.Tuple((types.uint32, *[width] * op.n))
    made_of_words = _singles if op.dtype == "float32" else _doubles

    @intrinsic
    def drawn(typing, k0, k1, call):
        """Of the three numbers of a state."""

        def code(context, builder, signature, values):
            """The cipher on as many vectors of counters as are needed."""
            vector = ir.VectorType(WORD, LANES)
            k0, k1, call = (repeat(builder, each, vector) for each in values)
            each = 2 if op.dtype == "float32" else 1
            counters = [
                (vector([first + p for p in range(LANES)]), call)
                for first in range(0, -(-op.n // each), LANES)
            ]
            draws = [
                builder.extract_element(numbers, WORD(p))
                for pair in cipher(builder, (k0, k1), counters)
                for p, numbers in product(range(LANES), made_of_words(builder, pair))
            ]
            following = builder.add(values[2], WORD(1))
            return context.make_tuple(builder, made, [following, *draws[: op.n]])

        return made(*[types.uint32] * 3), code

    @numba_njit
    def numbers(k0, k1, call):
        """Of the three numbers of a state."""
        return drawn(k0, k1, call)

    key = f"numbers {op.n} {op.dtype} {version_of(draw_all)}"
    return numbers, key
