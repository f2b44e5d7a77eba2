"""Matrix products for the kernels: one thread each, any transpose, any leading dimension.

Kernels split their work themselves, so the BLAS below them keeps to one thread: two pools of
threads on the same processors wait for each other.
"""

from pathlib import Path

import numpy as np
import threadpoolctl
from numba import types
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


def hold_threads() -> None:
    """Keep the BLAS that `product` calls to one thread; NumPy's own, if another, is left alone."""
    pools = threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers
    of_scipy = [each for each in pools if "scipy." in Path(each.filepath).parent.name]
    for each in of_scipy or pools:
        each.set_num_threads(1)
