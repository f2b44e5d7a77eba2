"""Products and dense layers beside NumPy: layouts, transposed factors, blocks, special values."""

from itertools import product

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.dense import ACTIVATIONS, Affine, MatrixProduct

MODES = "NUMBA", "FAST_COMPILE"
WIDTHS = "float32", "float64"
TURNS = list(product((False, True), repeat=2))
MEANINGS = {"linear": lambda z: z, "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
REFUSAL = "^the columns of one matrix are not as many as the rows of the next: give a layer as |"
REFUSAL += "^the biases are not as many as the columns of their weights: give a layer one bias"


@pytest.fixture(scope="module")
def functions():
    """(mode, width) -> all four products, and all layers, of (a, a.T, b, b.T, bias)."""
    compiled = {}

    def of(mode, width):
        if (mode, width) not in compiled:
            a, at, b, bt = (pt.matrix(name, dtype=width) for name in ("a", "at", "b", "bt"))
            bias = pt.vector("bias", dtype=width)
            results = [MatrixProduct(*t)(at if t[0] else a, bt if t[1] else b) for t in TURNS]
            results += [Affine(name)(a, b, bias) for name in ACTIVATIONS]
            compiled[mode, width] = function([a, at, b, bt, bias], results, mode=mode)
        return compiled[mode, width]

    return of


def check(f, a, b, bias, transposed=None):
    """All products and layers; `transposed` are a.T and b.T, in a layout of their own."""
    at, bt = transposed or (a.T.copy(), b.T.copy())
    with np.errstate(invalid="ignore", over="ignore"):
        found = f(a, at, b, bt, bias)
        a, b, bias = (each.astype("float64") for each in (a, b, bias))
        sums = a @ b
        wanted = [sums] * 4 + [MEANINGS[name](sums + bias) for name in ACTIVATIONS]
    tolerance = 1e-5 if found[0].dtype == "float32" else 1e-12
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == found[0].dtype
        scale = max(1, np.abs(sums[np.isfinite(sums)]).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale)


def normal(rng, dtype, *shape):
    return rng.normal(size=shape).astype(dtype)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("m", "k", "n"),
    [
        *((5, 3, 4), (1, 7, 1), (1, 1, 1), (70, 90, 200), (300, 80, 33), (3, 90, 2500)),
        *((2100, 13, 10), (64, 1, 7), (63, 40, 3), (130, 700, 7)),  # made as transposes, or not yet
    ],
)
def test_sizes(functions, mode, width, rng, m, k, n):
    """One row or column, one block, several blocks of columns or of rows with a rest."""
    check(functions(mode, width), *(normal(rng, width, *s) for s in ((m, k), (k, n), (n,))))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("m", "k", "n"), [(0, 3, 4), (5, 0, 4), (5, 3, 0), (0, 0, 0)])
def test_nothing(functions, mode, rng, m, k, n):
    """No rows, no columns; a sum of no terms is the bias alone."""
    check(functions(mode, "float64"), *(normal(rng, "float64", *s) for s in ((m, k), (k, n), (n,))))


def layouts(rng, dtype, rows, columns):
    """Matrices of one shape, however they may lie in memory."""
    large = normal(rng, dtype, 3 * rows, 3 * columns)
    return {
        "Fortran": np.asfortranarray(large[:rows, :columns]),
        "transposed": normal(rng, dtype, columns, rows).T,
        "slice": large[1 : rows + 1, 2 : columns + 2],
        "every second": large[: 2 * rows : 2, : 2 * columns : 2],
        "backwards": large[:rows, :columns][::-1, ::-1],
        "one row": np.broadcast_to(large[0, :columns], (rows, columns)),
        "one column": np.broadcast_to(large[:rows, :1], (rows, columns)),
        "read only": np.frombuffer(large[:rows, :columns].tobytes(), dtype).reshape(rows, columns),
    }


def test_layouts(functions, rng):
    """The same numbers, wherever they lie; long enough for several blocks."""
    left, right = layouts(rng, "float32", 150, 40), layouts(rng, "float32", 40, 70)
    pairs = (
        ["Fortran", "transposed"],
        ["slice", "every second", "backwards"],
        ["one row", "one column"],
    )
    for group in (*pairs, ["read only"]):  # Numba compiles once for each kind of layout
        for name, other in zip(group, group[::-1], strict=True):
            a, b, bias = left[name], right[other], normal(rng, "float32", 140)[::2]
            check(functions("NUMBA", "float32"), a, b, bias, (a.T, b.T))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_special_values(functions, mode, width, rng, bad):
    a, b, bias = (normal(rng, width, *shape) for shape in ((40, 20), (20, 50), (50,)))
    a[3, 5], b[7, 49], bias[11] = bad, bad, bad
    check(functions(mode, width), a, b, bias)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_same_number_for_every_row(functions, width, rng):
    """A row's results do not depend on its place in the batch, nor on how many blocks there are."""
    f = functions("NUMBA", width)
    row, b, bias = (normal(rng, width, *shape) for shape in ((1, 50), (50, 65), (65,)))
    for batch in (2, 13, 200, 2200):
        a = np.repeat(row, batch, axis=0)
        for out in f(a, a.T.copy(), b, b.T.copy(), bias):
            np.testing.assert_array_equal(out, np.broadcast_to(out[0], out.shape))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["a", "at", "b", "bt", "bias", "no bias"])
def test_shapes_that_do_not_fit(functions, width, name, rng):
    """Each operation says in one line what to change; the next call works."""
    f = functions("NUMBA", width)
    shapes = {"a": (5, 3), "at": (3, 5), "b": (3, 4), "bt": (4, 3), "bias": (4,)}
    wrong = {"a": (5, 4), "at": (2, 5), "b": (2, 4), "bt": (4, 5), "bias": (3,), "no bias": (0,)}
    given = shapes | {name.removeprefix("no "): wrong[name]}
    with pytest.raises(InputError, match=REFUSAL) as caught:
        f(*(normal(rng, width, *shape) for shape in given.values()))
    assert "\n" not in str(caught.value)
    check(f, *(normal(rng, width, *shapes[each]) for each in ("a", "b", "bias")))
