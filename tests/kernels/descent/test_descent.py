"""Steps of gradient descent beside NumPy: in place and not, blocks, layouts, special values."""

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.descent import DenseUpdate, Step
from dltut.kernels.descent.numba import list_terms
from dltut.kernels.engine.gemm import ROWS

MODES = "NUMBA", "FAST_COMPILE"
WIDTHS = "float32", "float64"


class Steps:
    """The step of a shared matrix, which is done in place, and of an input, which is not."""

    def __init__(self, mode, width):
        matrices = [pt.matrix(name, dtype=width) for name in ("w", "x", "delta", "gradient")]
        w, x, delta, gradient = matrices
        keep, rate = (pt.scalar(name, dtype=width) for name in ("keep", "rate"))
        empty = np.zeros((0, 0), width)
        self.W, self.P = pytensor.shared(empty, name="W"), pytensor.shared(empty, name="P")
        new, squares = DenseUpdate()(self.W, keep, x, delta, rate)
        updates = {self.W: new, self.P: Step()(self.P, gradient, keep, rate)}
        outputs = [
            squares,
            *DenseUpdate()(w, keep, x, delta, rate),
            Step()(w, gradient, keep, rate),
        ]
        self.function = function([*matrices, keep, rate], outputs, updates=updates, mode=mode)

    def __call__(self, w, x, delta, keep, rate, gradient=None):
        """W's squares (twice), and the next W and P, each in place and not."""
        gradient = w[::-1] if gradient is None else gradient
        self.W.set_value(w.copy())
        self.P.set_value(w.copy())
        squares, new, same_squares, stepped = self.function(w, x, delta, gradient, keep, rate)
        return squares, same_squares, self.W.get_value(), new, self.P.get_value(), stepped


@pytest.fixture(scope="module")
def steps():
    compiled = {}

    def of(mode, width):
        if (mode, width) not in compiled:
            compiled[mode, width] = Steps(mode, width)
        return compiled[mode, width]

    return of


def check(steps, w, x, delta, keep=0.75, rate=-0.5):
    """All results beside NumPy's in float64; the given matrices stay as they are."""
    given = [each.copy() for each in (w, x, delta)]
    keep, rate = (np.asarray(each, w.dtype) for each in (keep, rate))
    with np.errstate(invalid="ignore"):
        squares, same_squares, *found = steps(w, x, delta, keep, rate)
        wide, x64, delta64 = (each.astype("float64") for each in (w, x, delta))
        wanted = [keep * wide + rate * (x64.T @ delta64)] * 2 + [
            keep * wide + rate * wide[::-1]
        ] * 2
        np.testing.assert_allclose(squares, np.square(wide).sum(), rtol=2e-6)
    assert squares == same_squares or np.isnan(squares)
    tolerance = (2e-6 if w.dtype == "float32" else 1e-14) * (1 + len(x))
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == w.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    for one, other in zip(given, (w, x, delta), strict=True):
        np.testing.assert_array_equal(one, other)


def normal(rng, dtype, *shape):
    return rng.normal(size=shape).astype(dtype)


SIZES = [
    (5, 3, 4),
    (1, 1, 1),
    (1, 7, 40),
    (20, 300, 10),
    (20, 784, 500),
    (50, 31, 65),
    (9, 2500, 9),
    (1003, 50, 7),  # blocks of examples
    (600, 3, 1),
    (70, 256, 40),  # whose x is copied, since its rows share places in a cache
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_sizes(steps, mode, width, rng):
    """One row or column, blocks of columns, and of rows where there are few columns."""
    for batch, rows, columns in SIZES:
        shapes = (rows, columns), (batch, rows), (batch, columns)
        check(steps(mode, width), *(normal(rng, width, *shape) for shape in shapes))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("keep", "rate"), [(1, -0.01), (1, 0), (0, 1), (-2, 3), (0.5, 0)])
def test_factors(steps, mode, rng, keep, rate):
    matrices = [normal(rng, "float64", *shape) for shape in ((11, 34), (6, 11), (6, 34))]
    check(steps(mode, "float64"), *matrices, keep, rate)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("batch", "rows", "columns"), [(0, 3, 4), (2, 0, 4), (2, 3, 0), (0, 0, 0)])
def test_nothing(steps, mode, rng, batch, rows, columns):
    """An empty batch has no gradient: only the decay is left."""
    shapes = (rows, columns), (batch, rows), (batch, columns)
    check(steps(mode, "float64"), *(normal(rng, "float64", *shape) for shape in shapes))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("keep", [0.75, 0])
@pytest.mark.parametrize("columns", [40, 3])
def test_special_values(steps, mode, rng, bad, keep, columns):
    """What is no number stays where it was, and where its products go; 0 times it is none either.

    With many columns blocks are columns, else rows.
    """
    for place in range(3):
        shapes = (30, columns), (6, 30), (6, columns)
        matrices = [normal(rng, "float32", *shape) for shape in shapes]
        matrices[place][3, 2] = bad
        check(steps(mode, "float32"), *matrices, keep)
        matrices[1][:5, 12:] = 0  # terms that are left out, unless they make NaN
        check(steps(mode, "float32"), *matrices, keep)


def pictures(rng, dtype, n, size):
    """Numbers of which long parts of each row, and a column in three, are 0."""
    x = normal(rng, dtype, n, size)
    for row in x:
        row[: rng.integers(size)] = 0
    x[:, rng.integers(3) :: 3] = 0
    return x


@pytest.mark.parametrize("width", WIDTHS)
def test_terms_that_are_zero(steps, width, rng):
    """Left out or not, sums are the same bit for bit; without them in the first row none are."""
    for batch, rows, columns in SIZES:
        w, x = normal(rng, width, rows, columns), pictures(rng, width, batch, rows)
        delta = normal(rng, width, batch, columns)
        x[0], delta[0] = 0, 0
        check(steps("NUMBA", width), w, x, delta)
        left_out = steps("NUMBA", width)(w, x, delta, *np.asarray([0.75, -0.5], width))
        x[0] = 1
        added = steps("NUMBA", width)(w, x, delta, *np.asarray([0.75, -0.5], width))
        np.testing.assert_array_equal(left_out[2:4], added[2:4])


@pytest.mark.parametrize("width", WIDTHS)
def test_which_terms_are_listed(width, rng):
    """Those of which a tile has a number that is not 0; NaN is not, and -0.0 is."""
    x = pictures(rng, width, 30, 5 * ROWS + 1)
    x[3, 0], x[4, :ROWS] = np.nan, -0.0
    list_block = numba.njit(lambda *arguments: list_terms(*arguments))
    tiles = x[:, : 5 * ROWS].reshape(30, 5, ROWS)
    terms, lengths = np.zeros((5, 30), "int32"), np.zeros(5, "int64")
    for block in range(3):
        list_block(block, 2, x, terms, lengths)
    for t in range(5):
        np.testing.assert_array_equal(
            terms[t, : lengths[t]], np.flatnonzero(tiles[:, t].any(axis=1))
        )


def test_layouts(steps, rng):
    """Slices, Fortran's order and transposed matrices, of the parameter too."""
    large = rng.normal(size=(60, 200))
    w, x, delta = large[5:35, 7:107], large[:20, 50:80], large[40:, :100]
    check(steps("NUMBA", "float64"), *map(np.asfortranarray, (w, x, delta)))
    check(steps("NUMBA", "float64"), large[:60:2, ::2], large[::3, 1:61:2], large[::-3, ::-2])


def test_in_place():
    """The step is written to the parameter's own memory, whatever order it is in."""
    x, g = pt.dmatrices("x", "g")
    W, b = pytensor.shared(np.zeros((3, 4)), name="W"), pytensor.shared(np.zeros(4), name="b")
    updates = {W: W - 0.5 * (x.T @ g), b: b - 0.5 * g.sum(axis=0)}
    step = function([x, g], (W**2).sum(), updates=updates, mode="NUMBA")
    ops = [node.op for node in step._function.maker.fgraph.toposort()]
    assert [op.inplace for op in ops if isinstance(op, DenseUpdate | Step)] == [True, True]
    values = np.ones((3, 4)), np.ones(4)
    W.set_value(values[0], borrow=True)
    b.set_value(values[1], borrow=True)
    assert step(np.ones((2, 3)), np.ones((2, 4))) == 12  # of the old W
    np.testing.assert_array_equal(values[0], np.zeros((3, 4)))
    np.testing.assert_array_equal(values[1], np.zeros(4))
    assert step(np.ones((2, 3)), np.ones((2, 4))) == 0
    W.set_value(np.asfortranarray(np.arange(12.0).reshape(3, 4)), borrow=True)
    step(np.ones((2, 3)), np.ones((2, 4)))
    np.testing.assert_array_equal(W.get_value(), np.arange(12.0).reshape(3, 4) - 1)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_two_products(mode, width, rng):
    """Weights that are used twice, of batches of different sizes, as a tied autoencoder's."""
    x, g, h, d = (pt.matrix(name, dtype=width) for name in "xghd")
    keep, rate, other_rate = (pt.constant(number, dtype=width) for number in (0.5, -2, 3))
    W = pytensor.shared(np.zeros((0, 0), width), name="W")
    new, squares = DenseUpdate()(W, keep, x, g, rate, h, d, other_rate)
    step = function([x, g, h, d], squares, updates={W: new}, mode=mode)
    for rows, columns, one, other in (
        (4, 3, 5, 2),
        (784, 500, 20, 20),
        (300, 1, 1, 9),
        (7, 40, 3, 0),
    ):
        w = normal(rng, width, rows, columns)
        factors = [normal(rng, width, n, m) for n in (one, other) for m in (rows, columns)]
        W.set_value(w)
        wide = [each.astype("float64") for each in (w, *factors)]
        wanted = 0.5 * wide[0] - 2 * wide[1].T @ wide[2] + 3 * wide[3].T @ wide[4]
        np.testing.assert_allclose(step(*factors), np.square(wide[0]).sum(), rtol=2e-6)
        np.testing.assert_allclose(
            W.get_value(), wanted, atol=1e-4 if width == "float32" else 1e-12
        )
    if mode == "NUMBA":
        with pytest.raises(InputError, match="does not have the shape of its weights"):
            step(*factors[:2], *(normal(rng, width, 2, 5) for _ in "hd"))


@pytest.mark.parametrize("place", ["w", "x", "delta"])
def test_shapes_that_do_not_fit(steps, place, rng):
    shapes = {"w": (3, 4), "x": (2, 3), "delta": (2, 4)}
    right = [rng.normal(size=shape) for shape in shapes.values()]
    wrong = shapes | {place: (5, 5)}
    with pytest.raises(InputError, match=r"^a gradient .* the shape of its weights: x has [^\n]*$"):
        steps("NUMBA", "float64")(*(rng.normal(size=s) for s in wrong.values()), 1.0, 1.0)
    with pytest.raises(InputError, match=r"^a gradient .* the shape of its parameter: add [^\n]*$"):
        steps("NUMBA", "float64")(*right, 1.0, 1.0, rng.normal(size=(3, 5)))
    check(steps("NUMBA", "float64"), *right)
