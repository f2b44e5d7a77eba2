"""The matrix product: every edge of its tiles, and nothing read or written beyond the matrices."""

import subprocess
import sys
from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.kernels.engine import gemm

WIDTHS = "float32", "float64"
EDGES = 1, 2, 9, 10, 11, 15, 16, 17, 31, 32, 33, 47, 64, 66  # 64: the most rows for dots
TURNS = list(product((False, True), repeat=2))
GUARD = 12345.0

BEFORE_A_FORBIDDEN_PAGE = """
import ctypes, mmap
from itertools import product
import numba, numpy as np
from dltut.kernels.engine import gemm

pages = mmap.mmap(-1, 3 * 65 * 4096)
start = ctypes.addressof(ctypes.c_char.from_buffer(pages))
library = ctypes.CDLL(None, use_errno=True)
for part in (1, 2, 3):
    place = ctypes.c_void_p(start + (65 * part - 1) * 4096)
    assert library.mprotect(place, ctypes.c_size_t(4096), 0) == 0

def ends_before_page(part, values):
    end = (65 * part - 1) * 4096
    array = np.frombuffer(pages, values.dtype, values.size, end - values.nbytes)
    array[:] = values.ravel()
    return array

multiply = numba.njit(lambda *given: gemm.product(*given))
rng, errors = np.random.default_rng(0), []
sizes = [(m, n, k) for m in (1, 11) for n in (1, 7, 15, 16, 17, 33, 47) for k in (1, 2, 9, 40)]
sizes += [(3, 17, gemm.DEPTH), (3, 5, gemm.DEPTH + 1), (64, 64, 65), (20, 24, 3), (4, 52, 9)]
for dtype in ("float32", "float64"):
    gemm.prepare(dtype)
    for (m, n, k), left, right in product(sizes, (False, True), (False, True)):
        a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
        shown = [ends_before_page(1, a.T if left else a), ends_before_page(2, b.T if right else b)]
        c = ends_before_page(3, np.full((m, n), np.nan, dtype))
        lda, ldb = m if left else k, k if right else n
        multiply(left, right, m, n, k, 1.0, shown[0], lda, shown[1], ldb, 0.0, c, n)
        np.testing.assert_allclose(c.reshape(m, n), a @ b, atol=1e-4)
print("done")
"""


@pytest.fixture(scope="module")
def multiply():
    """`product`, to be called from Python."""
    for dtype in WIDTHS:
        gemm.prepare(dtype)
    return numba.njit(lambda *given: gemm.product(*given))


def framed(rows, columns, leading, fill):
    """Memory, and the matrix within it: `fill` stands before, between and behind its rows."""
    memory = np.full(70 + max(rows, 1) * leading + 70, fill, dtype="float64")
    strides = memory.itemsize * leading, memory.itemsize
    return memory, np.lib.stride_tricks.as_strided(memory[70:], (rows, columns), strides)


def check(multiply, dtype, turns, sizes, factors=(1.0, 0.0), gaps=(0, 0, 0), seed=0):
    """One product beside NumPy's in float64, inside frames of NaN and of a number of its own."""
    rng, (m, n, k) = np.random.default_rng(seed), sizes
    shapes = [(k, m) if turns[0] else (m, k), (n, k) if turns[1] else (k, n), (m, n)]
    fills = np.nan, np.nan, GUARD
    memories, matrices = [], []
    for (rows, columns), gap, fill in zip(shapes, gaps, fills, strict=True):
        memory, matrix = framed(rows, columns, max(columns, 1) + gap, fill)
        matrix[:] = rng.normal(size=(rows, columns)).astype(dtype)
        memories.append(memory)
        matrices.append(matrix)
    alpha, beta = factors
    a, b = (matrix.T if turn else matrix for matrix, turn in zip(matrices, turns, strict=False))
    wanted_memory, wanted = memories[2].copy(), matrices[2].copy()
    wanted = alpha * (a @ b) + (beta * wanted if beta else 0)
    if not beta:
        matrices[2][:] = np.nan
    seen = [memory.astype(dtype) for memory in memories]
    leads = [max(shape[1], 1) + gap for shape, gap in zip(shapes, gaps, strict=True)]
    a, b, c = (memory[70:] for memory in seen)
    multiply(*turns, m, n, k, alpha, a, leads[0], b, leads[1], beta, c, leads[2])
    inside = wanted_memory[70:][: max(m, 1) * leads[2]].reshape(-1, leads[2])
    inside[:m, :n] = wanted
    size = np.abs(wanted).max(initial=0) + k**0.5
    tolerance = (2e-6 if dtype == "float32" else 1e-14) * size
    np.testing.assert_allclose(seen[2], wanted_memory, rtol=0, atol=tolerance)
    guards = wanted_memory == GUARD
    np.testing.assert_array_equal(seen[2][guards], wanted_memory[guards])


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("turns", TURNS)
def test_sizes_around_the_edges_of_tiles(multiply, dtype, turns):
    for sizes in product(EDGES, EDGES, (1, 2, 17)):
        check(multiply, dtype, turns, sizes)


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("turns", TURNS)
def test_terms_around_the_depth(multiply, dtype, turns):
    depths = (gemm.DEPTH - 1, gemm.DEPTH, gemm.DEPTH + 1, 2 * gemm.DEPTH, 2 * gemm.DEPTH + 3)
    for (m, n), k in product([(1, 1), (11, 16), (10, 33), (21, 47)], depths):
        check(multiply, dtype, turns, (m, n, k), (0.5, -2.0), (1, 2, 3))


def in_vectors(dtype, count):
    """How many numbers of a type so many vectors hold."""
    return count * gemm.BYTES // np.dtype(dtype).itemsize


@pytest.mark.parametrize("dtype", WIDTHS)
def test_rows_and_columns_of_every_shape_of_tiles(multiply, dtype):
    """Tiles of three vectors, of two, of one, and edges behind each; tall tiles and low ones."""
    columns = {in_vectors(dtype, count) + more for count in range(3, 9) for more in (-1, 0, 1)}
    for m, n in product((*range(3, 15), 20, 22, 23, 28), sorted(columns)):
        check(multiply, dtype, (False, False), (m, n, 3), (0.5, -2.0), (1, 2, 3))
    for m, n in product((4, 7, 20), (in_vectors(dtype, 8), in_vectors(dtype, 7) + 2)):
        check(multiply, dtype, (False, False), (m, n, gemm.DEPTH + 3), (0.5, -2.0))


def test_shapes_of_tiles_waste_little():
    """Beside the fewest turns of the processor that any other choice for the rows would take."""

    def turns(heights, vectors):
        """Two sums a turn, and no sum oftener than every fourth turn."""
        return sum(max(4, height * vectors / 2) for height in heights) / vectors

    def two_wide(m):
        """The heights of tiles of two vectors, from the top."""
        heights = []
        while m:
            tall = is_tall(m)
            heights.append(
                next(h for h in (gemm.ROWS, 4, 2, 1) if h <= m and (tall or h < gemm.ROWS))
            )
            m -= heights[-1]
        return heights

    is_tall = numba.njit(lambda left: gemm.is_tall(left))
    is_in_threes = numba.njit(lambda *given: gemm.is_in_threes(*given))
    lanes = in_vectors("float32", 1)
    for m in range(1, 60):
        three = is_in_threes(m, 6 * lanes, lanes)
        if gemm.IS_WIDE:
            assert not three and is_tall(m) == (m >= gemm.ROWS)
            continue
        simple = [gemm.ROWS] * (m // gemm.ROWS) + [h for h in (4, 2, 1) if m % gemm.ROWS & h]
        assert turns(two_wide(m), 2) <= turns(simple, 2)
        if three:
            assert m % 4 == 0 and turns([4] * (m // 4), 3) <= turns(two_wide(m), 2)
    if not gemm.IS_WIDE:
        assert two_wide(8) == [4, 4] and two_wide(20) == [6, 6, 4, 4] and is_in_threes(20, 64, 8)
        counts = [lanes * count for count in range(1, 9)]
        assert [is_in_threes(20, n, lanes) for n in counts] == [False] * 2 + [True, False] + [
            True
        ] * 4


@pytest.mark.parametrize("dtype", WIDTHS)
def test_a_row_alone(multiply, dtype):
    """Many vectors at a time, then what is left."""
    long = in_vectors(dtype, gemm.ALONE)
    for n in (long - 1, long, long + 1, 2 * long + 5):
        for left in (False, True):
            check(multiply, dtype, (left, False), (1, n, 17), (0.5, -2.0), (1, 2, 3))


@pytest.mark.parametrize("dtype", WIDTHS)
def test_left_factors_that_are_copied_to_rows(multiply, dtype):
    depth, tall = gemm.LEFT_DEPTH, gemm.TALL
    for sizes in ((64, 64, 64), (65, 70, depth + 1), (tall + 1, 64, 2 * depth + 3), (64, 63, 64)):
        check(multiply, dtype, (True, False), sizes, (0.5, -2.0), (1, 2, 3))
        check(multiply, dtype, (True, True), sizes)
    m, n = 2 * tall + 7, gemm.LARGE_COLUMNS + 5  # of a cache's size, lying as it is
    k = gemm.LARGE_BYTES // (m * np.dtype(dtype).itemsize) + 1
    for turns in TURNS:
        check(multiply, dtype, turns, (m, n, k), (0.5, -2.0), (1, 2, 3))


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("m", [1, 5, gemm.ROWS, gemm.ROWS + 1, 3 * gemm.ROWS + 7])
def test_left_factors_in_panels(multiply, dtype, m, rng):
    """Rows that the last panel lacks are not read into the result: they are NaN here."""
    for n, k in ((1, 1), (17, 3), (70, 65), (33, gemm.DEPTH + 2)):
        a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
        filled = np.full((-(-m // gemm.ROWS) * gemm.ROWS, k), np.nan, dtype)
        filled[:m] = a
        panels = filled.reshape(-1, gemm.ROWS, k).swapaxes(1, 2).ravel()
        c = np.ones((m, n), dtype)
        multiply(False, False, m, n, k, 0.5, panels, 0, b.ravel(), n, 2.0, c.ravel(), n)
        wanted = 0.5 * (a.astype(np.float64) @ b) + 2
        tolerance = (2e-6 if dtype == "float32" else 1e-14) * (np.abs(wanted).max() + k**0.5)
        np.testing.assert_allclose(c, wanted, rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("n", [1, 8, 16, 17, 40, 96])
def test_a_right_factor_in_panels(multiply, dtype, n, rng):
    width = 2 * gemm.BYTES // np.dtype(dtype).itemsize
    for m, k in ((1, 3), (16, gemm.DEPTH + 1), (30, 40)):
        a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
        panels = np.zeros((-(-n // width), k, width), dtype)
        for j in range(n):
            panels[j // width, :, j % width] = b[:, j]
        c = np.full((m, n), np.nan, dtype)
        multiply(False, False, m, n, k, 1.0, a, k, panels.ravel(), 0, 0.0, c, n)
        np.testing.assert_allclose(c, a @ b, atol=1e-4)


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("factors", [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (-2.0, 0.0), (0.5, -3.0)])
def test_factors(multiply, dtype, factors):
    """With beta = 0, what stood there (NaN) does not count."""
    for turns, n in product(TURNS, (3, 16, 40)):
        check(multiply, dtype, turns, (13, n, 5), factors, (0, 1, 2))


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_nothing_to_sum(multiply, dtype, beta):
    for turns, n in product(TURNS, (1, 16, 33)):
        check(multiply, dtype, turns, (11, n, 0), (1.0, beta))


@pytest.mark.parametrize("dtype", WIDTHS)
def test_no_rows_or_no_columns(multiply, dtype):
    for turns, sizes in product(TURNS, [(0, 5, 3), (5, 0, 3), (0, 0, 0)]):
        check(multiply, dtype, turns, sizes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", WIDTHS)
def test_not_a_number_stays_in_its_row_and_column(multiply, dtype, bad):
    """A zero does not hide what it is multiplied by, and neighbours in a tile do not see it."""
    a, b, c = np.zeros((23, 9), dtype), np.ones((9, 35), dtype), np.empty((23, 35), dtype)
    a[12, 3], b[4, 33] = bad, bad
    multiply(False, False, 23, 35, 9, 1.0, a, 9, b, 35, 0.0, c, 35)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(c, a.astype("float64") @ b.astype("float64"))
    assert np.isfinite(np.delete(np.delete(c, 12, axis=0), 33, axis=1)).all()


SIZES = st.integers(0, 70)


@given(
    dtype=st.sampled_from(WIDTHS),
    turns=st.sampled_from(TURNS),
    sizes=st.tuples(SIZES, SIZES, SIZES),
    factors=st.tuples(*[st.sampled_from([0.0, 1.0, -0.75, 3.0])] * 2),
    gaps=st.tuples(*[st.integers(0, 40)] * 3),
    seed=st.integers(0, 100),
)
def test_any_sizes(multiply, dtype, turns, sizes, factors, gaps, seed):
    check(multiply, dtype, turns, sizes, factors, gaps, seed)


@pytest.mark.skipif(sys.platform != "linux", reason="pages are forbidden by Linux's mprotect")
def test_no_byte_beyond_the_matrices():
    """All three matrices end where a page begins that the system forbids to touch."""
    command = [sys.executable, "-c", BEFORE_A_FORBIDDEN_PAGE]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
