"""Uniform draws for NUMBA mode: one vectorisable loop over the counters."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.blocks import count_of_blocks
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.threefry.op import PARITY, ROTATIONS, Uniform

_PARITY, _SCALE32, _SCALE53 = np.uint32(PARITY), np.float32(2**-24), 2.0**-53
_R0, _R1, _R2, _R3, _R4, _R5, _R6, _R7 = ROTATIONS
BLOCK = 8192  # draws that a thread takes at a time


@numba_njit
def rotated(x, r):
    """A word of 32 bits, rotated by r of them."""
    return np.uint32(np.uint32(x << np.uint32(r)) | np.uint32(x >> np.uint32(32 - r)))


@numba_njit
def four(x0, x1, r0, r1, r2, r3):
    """Four of the cipher's twenty rounds, with their rotations."""
    x0 = np.uint32(x0 + x1)
    x1 = np.uint32(rotated(x1, r0) ^ x0)
    x0 = np.uint32(x0 + x1)
    x1 = np.uint32(rotated(x1, r1) ^ x0)
    x0 = np.uint32(x0 + x1)
    x1 = np.uint32(rotated(x1, r2) ^ x0)
    x0 = np.uint32(x0 + x1)
    x1 = np.uint32(rotated(x1, r3) ^ x0)
    return x0, x1


@numba_njit
def words(k0, k1, x0, x1):
    """The two words of the counter (x0, x1) under the key (k0, k1), see `threefry2x32`."""
    k2 = np.uint32(k0 ^ k1 ^ _PARITY)
    x0, x1 = np.uint32(x0 + k0), np.uint32(x1 + k1)
    x0, x1 = four(x0, x1, _R0, _R1, _R2, _R3)
    x0, x1 = np.uint32(x0 + k1), np.uint32(x1 + k2 + np.uint32(1))
    x0, x1 = four(x0, x1, _R4, _R5, _R6, _R7)
    x0, x1 = np.uint32(x0 + k2), np.uint32(x1 + k0 + np.uint32(2))
    x0, x1 = four(x0, x1, _R0, _R1, _R2, _R3)
    x0, x1 = np.uint32(x0 + k0), np.uint32(x1 + k1 + np.uint32(3))
    x0, x1 = four(x0, x1, _R4, _R5, _R6, _R7)
    x0, x1 = np.uint32(x0 + k1), np.uint32(x1 + k2 + np.uint32(4))
    x0, x1 = four(x0, x1, _R0, _R1, _R2, _R3)
    return np.uint32(x0 + k2), np.uint32(x1 + k0 + np.uint32(5))


@numba_njit
def unit32(word):
    """24 bits as a number in [0, 1); only signed integers turn into floats in vectors."""
    return np.float32(np.int32(word >> np.uint32(8))) * _SCALE32


@numba_njit
def draw32(key, call, first, out):
    """Fill `out` (n,) with draws from number `first` on: two of 24 bits from each counter."""
    k0, k1 = key
    is_odd, block, two = first % 2, np.uint32((first + 1) // 2), np.uint32(2)
    if is_odd and len(out) > 0:
        _, second = words(k0, k1, np.uint32(block - np.uint32(1)), call)
        out[0] = unit32(second)
    whole = out[is_odd:]
    pairs = np.uint32(len(whole) // 2)
    for i in range(pairs):
        a, b = words(k0, k1, np.uint32(block + i), call)
        whole[two * i] = unit32(a)
        whole[two * i + np.uint32(1)] = unit32(b)
    if two * pairs < len(whole):
        a, _ = words(k0, k1, np.uint32(block + pairs), call)
        whole[len(whole) - 1] = unit32(a)


@numba_njit
def draw64(key, call, first, out):
    """Fill `out` (n,) with draws from number `first` on: 53 bits from each counter."""
    k0, k1 = key
    for i in range(np.uint32(len(out))):
        a, b = words(k0, k1, np.uint32(np.uint32(first) + i), call)
        high, low = np.int32(a >> np.uint32(5)), np.int32(b >> np.uint32(6))
        out[i] = (np.float64(high) * 67108864.0 + np.float64(low)) * _SCALE53


@numba_njit
def draw(key, call, first, out):
    """The draws of one call that have the numbers from `first` on.

    Parameters
    ----------
    key : pair of uint32
    call : uint32
    first : int
    out : array, shape (n,)
    """
    if out.itemsize == 4:
        draw32(key, call, first, out)
    else:
        draw64(key, call, first, out)


@numba_njit
def draw_block(i, state, flat):
    """Block i of the draws `flat` (n,) of a generator with the state (3,)."""
    part = flat[i * BLOCK : (i + 1) * BLOCK]
    draw((state[0], state[1]), state[2], i * BLOCK, part)


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
