"""The published answers of the hash, and what is made of its bits."""

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.kernels.threefry import Numbers, threefry2x32, uniform
from dltut.kernels.threefry.numba import draw, numbers


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(key, counter, answer):
    """Of Threefry-2x32 with 20 rounds, from its authors' library."""
    words = [np.array([word], dtype="uint32") for word in (*key, *counter)]
    assert tuple(int(word[0]) for word in threefry2x32(*words)) == answer


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_range_and_shape(seed, calls, n):
    state = np.array([seed, 3, calls], dtype="uint32")
    for dtype in ("float32", "float64"):
        whole = uniform(state, (n, 3), dtype)
        assert whole.shape == (n, 3) and whole.dtype == dtype
        assert ((whole >= 0) & (whole < 1)).all()
        # A longer draw begins like a shorter one: shapes do not shift the numbers.
        np.testing.assert_array_equal(uniform(state, (n, 1), dtype)[:, 0], whole.reshape(-1)[:n])


@numba.njit
def drawn(seed, number, call, first, out):
    """Fill an array (n,) with the numbers of a call from the first wanted on."""
    draw((seed, number), call, first, len(out), np.intp(out.ctypes.data), out)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_any_part_of_a_call(width):
    """Vectors of counters, what is left of them, numbers that share one with their neighbour."""
    state = np.array([7, 3, 9], "uint32")
    whole = uniform(state, (600,), width)
    for n in (0, 1, 2, 15, 16, 31, 32, 33, 63, 64, 65, 97, 129, 500):
        for first in (0, 1, 2, 37):
            out = np.full(n + 1, -1, width)
            drawn(*state, first, out[:n])
            np.testing.assert_array_equal(out[:n], whole[first : first + n])
            assert out[n] == -1


@pytest.mark.parametrize(("n", "dtype"), [(1, "float32"), (35, "float32"), (18, "float64")])
def test_the_same_bits_as_numbers(n, dtype):
    op, state = Numbers(n, dtype), np.array([1234, 2, 7], dtype="uint32")
    compiled, _ = numbers(op)
    for made in (op.impl(*state), numba.njit(lambda a, b, c: compiled(a, b, c))(*state)):
        assert made[0] == 8  # the next call's
        np.testing.assert_array_equal(np.array(made[1:], dtype), uniform(state, (n,), dtype))
