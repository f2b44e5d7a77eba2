"""Uniform draws for NUMBA mode: one vectorisable loop over the counters."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.numba.version import source_version
from dltut.kernels.threefry import PARITY, Uniform


@register_funcify_default_op_cache_key(Uniform)
def uniform(op, node, **kwargs):
    double = node.inputs[1].type.dtype == "float64"
    parity, scale32, scale53, one = (
        np.uint32(PARITY),
        np.float32(2**-24),
        2.0**-53,
        np.uint32(1),
    )

    @numba_njit
    def turn(x, r):
        return np.uint32(np.uint32(x << np.uint32(r)) | np.uint32(x >> np.uint32(32 - r)))

    @numba_njit
    def four(x0, x1, r0, r1, r2, r3):
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32(turn(x1, r0) ^ x0)
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32(turn(x1, r1) ^ x0)
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32(turn(x1, r2) ^ x0)
        x0 = np.uint32(x0 + x1)
        x1 = np.uint32(turn(x1, r3) ^ x0)
        return x0, x1

    @numba_njit
    def words(k0, k1, x0, x1):
        k2 = np.uint32(k0 ^ k1 ^ parity)
        x0, x1 = np.uint32(x0 + k0), np.uint32(x1 + k1)
        x0, x1 = four(x0, x1, 13, 15, 26, 6)
        x0, x1 = np.uint32(x0 + k1), np.uint32(x1 + k2 + np.uint32(1))
        x0, x1 = four(x0, x1, 17, 29, 16, 24)
        x0, x1 = np.uint32(x0 + k2), np.uint32(x1 + k0 + np.uint32(2))
        x0, x1 = four(x0, x1, 13, 15, 26, 6)
        x0, x1 = np.uint32(x0 + k0), np.uint32(x1 + k1 + np.uint32(3))
        x0, x1 = four(x0, x1, 17, 29, 16, 24)
        x0, x1 = np.uint32(x0 + k1), np.uint32(x1 + k2 + np.uint32(4))
        x0, x1 = four(x0, x1, 13, 15, 26, 6)
        return np.uint32(x0 + k2), np.uint32(x1 + k0 + np.uint32(5))

    if double:

        @numba_njit
        def fill(state, flat):
            for i in range(flat.size):
                a, b = words(state[0], state[1], np.uint32(i), state[2])
                high = np.float64(a >> np.uint32(5)) * 67108864.0
                flat[i] = (high + np.float64(b >> np.uint32(6))) * scale53

    else:

        @numba_njit
        def fill(state, flat):
            half = flat.size // 2
            for i in range(half):
                a, b = words(state[0], state[1], np.uint32(i), state[2])
                flat[2 * i] = np.float32(a >> np.uint32(8)) * scale32
                flat[2 * i + 1] = np.float32(b >> np.uint32(8)) * scale32
            if flat.size % 2:
                a, b = words(state[0], state[1], np.uint32(half), state[2])
                flat[2 * half] = np.float32(a >> np.uint32(8)) * scale32

    @numba_njit
    def draw(state, like):
        values = np.empty(like.shape, dtype=like.dtype)
        fill(state, values.reshape(-1))
        following = state.copy()
        following[2] = np.uint32(state[2] + one)
        return following, values

    return draw, source_version()
