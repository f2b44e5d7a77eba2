"""Matrix products for the kernels: one thread each, any transpose, any leading dimension.

Kernels split their work themselves, so the BLAS below them keeps to one thread: two pools of
threads on the same processors wait for each other.
"""

import ctypes
from pathlib import Path

import numpy as np
import threadpoolctl
from numba import _helperlib, types
from pytensor.link.numba.dispatch.basic import numba_njit

# Numba's own door to the BLAS of SciPy, found by its symbol, so that what calls it can be cached.
_GEMM = types.ExternalFunction(
    "numba_xxgemm",
    types.intc(
        *(types.char,) * 3,  # width, transposes
        *(types.intp,) * 3,  # sizes
        *(types.voidptr, types.voidptr, types.intp),
        *(types.voidptr, types.intp),
        *(types.voidptr, types.voidptr, types.intp),
    ),
)
_NO, _YES, _SINGLE, _DOUBLE = (np.int8(ord(letter)) for letter in "ntsd")


@numba_njit
def product(left_turned, right_turned, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
    """``c = alpha * a @ b + beta * c`` for c of m rows and n columns, sums of k terms.

    Arrays stand for where their first element lies; two elements of a column are as far apart as
    the leading dimension says (lda, ldb, ldc). A turned factor lies in memory as its transpose.
    """
    factors = np.empty(2, dtype=c.dtype)
    factors[0], factors[1] = alpha, beta
    _GEMM(
        _SINGLE if c.itemsize == 4 else _DOUBLE,
        _YES if right_turned else _NO,  # BLAS counts columns first: it sees c.T = b.T @ a.T
        _YES if left_turned else _NO,
        n,
        m,
        k,
        factors.ctypes,
        b.ctypes,
        ldb,
        a.ctypes,
        lda,
        factors[1:].ctypes,
        c.ctypes,
        ldc,
    )


def prepare() -> None:
    """Find the BLAS that `product` calls, and keep it to one thread; NumPy's own is left alone."""
    _find()
    pools = threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers
    of_scipy = [each for each in pools if "scipy." in Path(each.filepath).parent.name]
    for each in of_scipy or pools:
        each.set_num_threads(1)


def _find() -> None:
    """Let Numba look its functions up now: helper threads would wait for the interpreter's lock."""
    letter, size, place = ctypes.c_char, ctypes.c_ssize_t, ctypes.c_void_p
    given = *(letter,) * 3, *(size,) * 3, place, place, size, place, size, place, place, size
    gemm = ctypes.CFUNCTYPE(ctypes.c_int, *given)(_helperlib.c_helpers["xxgemm"])
    number = np.zeros(1).ctypes.data
    for width in (b"s", b"d"):
        gemm(width, b"n", b"n", 1, 1, 1, *(number, number, 1, number, 1), number, number, 1)
