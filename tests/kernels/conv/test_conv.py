"""The compiled kernels beside loops where an index could be off by one, and what they refuse."""

from functools import cache
from itertools import product

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import conv2d as loops

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.conv import output_size, padding
from dltut.kernels.conv.op import Convolution
from dltut.kernels.engine.gather import inside
from dltut.nn import conv2d


@pytest.fixture(scope="module")
def convolution():
    """mode -> compiled (x, w, up) -> maps and gradients, border (1, 2), steps (2, 1)."""
    compiled = {}

    def in_mode(mode):
        if mode not in compiled:
            x, w, up = (pt.dtensor4(name) for name in ("x", "w", "up"))
            maps = conv2d(x, w, (1, 2), (2, 1), filter_flip=False)
            outputs = [maps, *pytensor.grad(None, [x, w], known_grads={maps: up})]
            compiled[mode] = function([x, w, up], outputs, mode=mode)
        return compiled[mode]

    return in_mode


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
@pytest.mark.parametrize(
    ("x_shape", "w_shape"),
    [
        ((2, 3, 7, 6), (4, 3, 2, 3)),
        ((1, 1, 1, 1), (1, 1, 1, 1)),  # a single pixel, steps larger than the filter
        ((1, 1, 1, 1), (2, 1, 3, 5)),  # as large as picture and border together
        ((3, 2, 5, 1), (2, 2, 3, 1)),
        ((2, 12, 6, 5), (3, 12, 4, 3)),  # enough channels for a product a kernel row
        ((1, 33, 3, 3), (2, 33, 1, 1)),
        ((0, 2, 5, 4), (3, 2, 2, 2)),  # an empty batch gives empty maps
    ],
)
def test_loops(convolution, backend, x_shape, w_shape):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
    sides = [
        output_size(*each)
        for each in zip(x_shape[2:], w_shape[2:], padding((1, 2), (0, 0)), (2, 1), strict=True)
    ]
    up = rng.normal(size=(x_shape[0], w_shape[0], *sides))
    for found, other in zip(
        convolution(backend)(x, w, up), loops(x, w, up, (1, 2), (2, 1), False), strict=True
    ):
        assert found.shape == other.shape
        np.testing.assert_allclose(found, other, atol=1e-12)


@pytest.fixture(scope="module")
def padded():
    """flip -> compiled (x, w, up) -> maps and gradients, border (3, 1), steps 1, mode NUMBA."""

    @cache
    def compiled(flip):
        x, w, up = (pt.dtensor4(name) for name in ("x", "w", "up"))
        maps = conv2d(x, w, (3, 1), filter_flip=flip)
        outputs = [maps, *pytensor.grad(None, [x, w], known_grads={maps: up})]
        return function([x, w, up], outputs, mode="NUMBA")

    return compiled


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(
    ("x_shape", "w_shape"),
    [
        ((2, 3, 5, 6), (4, 3, 4, 2)),  # as many zeros as the kernel has room for
        ((2, 33, 4, 5), (35, 33, 5, 3)),  # and fewer; a product a kernel row either way
        ((3, 2, 1, 1), (3, 2, 4, 3)),
        ((2, 2, 6, 5), (3, 2, 7, 3)),  # as many pixels as spots
        ((2, 2, 6, 5), (3, 2, 3, 1)),  # more zeros than there is room for
        ((0, 2, 5, 4), (3, 2, 4, 2)),
    ],
)
def test_more_spots_than_pixels(padded, x_shape, w_shape, flip):
    """Computed by the transposed convolution, where that has fewer products."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
    sides = [n + 2 * p - k + 1 for n, p, k in zip(x_shape[2:], (3, 1), w_shape[2:], strict=True)]
    up = rng.normal(size=(x_shape[0], w_shape[0], *sides))
    for found, other in zip(
        padded(flip)(x, w, up), loops(x, w, up, (3, 1), (1, 1), flip), strict=True
    ):
        assert found.shape == other.shape
        np.testing.assert_allclose(found, other, atol=1e-12)
    if up.size:
        with pytest.raises(InputError, match=r"^a gradient .*does not have the shape of the maps"):
            padded(flip)(x, w, up[:, :, 1:])


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_shapes_known_only_when_called(convolution, backend):
    """One line that says what to do, and no memory beyond the arrays is touched."""
    f, up = convolution(backend), np.zeros((1, 1, 1, 1))
    with pytest.raises(InputError, match=r"^a filter .*does not fit into an image .*: use a small"):
        f(np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 6, 3)), up)
    with pytest.raises(InputError, match=r"^the pictures .*have .*channels .*: both second axes"):
        f(np.zeros((1, 3, 3, 3)), np.zeros((1, 1, 3, 3)), up)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_gradients_of_another_shape(convolution, backend):
    """What is no gradient of the maps is refused: nothing beyond it is read."""
    x, w = np.ones((2, 1, 3, 3)), np.ones((4, 1, 2, 2))
    for shape in ((2, 4, 2, 5), (1, 4, 2, 6), (2, 1, 2, 6), (2, 4, 1, 6)):
        with pytest.raises(InputError, match=r"^a gradient .*does not have the shape of the maps"):
            convolution(backend)(x, w, np.ones(shape))
    assert len(convolution(backend)(x, w, np.ones((2, 4, 2, 6)))) == 3


def test_pieces_of_rows_stay_within_their_rows():
    """Nothing but these numbers keeps a kernel from writing where it should not."""
    for at, n, step, count in product(range(-9, 9), range(6), range(1, 4), range(5)):
        first, stop = inside.py_func(at, n, step, count)
        assert 0 <= first <= stop <= count
        assert list(range(first, stop)) == [s for s in range(count) if 0 <= at + s * step < n]


def test_xla_does_not_see_that_filters_were_turned():
    """It would take the convolution for a gradient, for which a card has slower code."""
    jax = pytest.importorskip("jax")
    from dltut.kernels.conv.jax import correlated

    def text(filter_flip):
        op = Convolution("valid", (1, 1), filter_flip)
        shapes = [jax.ShapeDtypeStruct(shape, "float32") for shape in ((2, 3, 9, 9), (4, 3, 5, 5))]
        return jax.jit(lambda x, w: correlated(op, x, w)).lower(*shapes).as_text()

    turned, as_given = text(True), text(False)
    names = "stablehlo.reverse", "optimization_barrier", "convolution("
    places = [turned.index(name) for name in names]
    assert places == sorted(places)
    assert "stablehlo.reverse" not in as_given
