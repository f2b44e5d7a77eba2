"""Convolution beside Theano's values and plain loops, and arguments that are refused."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_golden, assert_gradient, golden
from oracles import conv2d as loops

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import conv1d, conv2d, conv2d_transpose


def with_gradients(x, w, up, **options):
    """[maps, gradient of x, gradient of w] as expressions."""
    x, w = pt.as_tensor(x), pt.as_tensor(w)
    maps = conv2d(x, w, **options)
    return [maps, *pytensor.grad(None, [x, w], known_grads={maps: pt.as_tensor(up)})]


def plain(options):
    """Settings as JSON has them: pairs are lists."""
    return {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_golden(floatX, backend):
    """Every setting in one function, so that it is compiled once."""
    arrays, settings = golden()
    inputs, outputs, values, wanted = [], [], [], []
    for i, options in enumerate(settings["conv"]):
        symbols = [pt.tensor4(f"{name}{i}") for name in ("x", "w", "up")]
        inputs += symbols
        outputs += with_gradients(*symbols, **plain(options))
        values += [arrays[f"conv{i}_{name}"].astype(floatX) for name in ("x", "w", "up")]
        wanted += [arrays[f"conv{i}_{name}"] for name in ("out", "gx", "gw")]
    for found, other in zip(function(inputs, outputs, mode=backend)(*values), wanted, strict=True):
        assert found.dtype == floatX
        assert_golden(found, other)


sizes = st.integers(1, 4)


@given(
    shape=st.tuples(st.integers(1, 2), sizes, st.integers(1, 6), st.integers(1, 6)),
    maps=st.integers(1, 3),
    kernel=st.tuples(sizes, sizes),
    step=st.tuples(st.integers(1, 5), sizes),
    border=st.one_of(st.sampled_from(["valid", "full", "half"]), st.tuples(sizes, sizes)),
    flip=st.booleans(),
)
def test_any_shape(shape, maps, kernel, step, border, flip):
    """Single pixels, filters as large as the picture, steps larger than filters, wide borders."""
    rng = np.random.default_rng(0)
    pads = {
        "valid": (0, 0),
        "full": (kernel[0] - 1, kernel[1] - 1),
        "half": (kernel[0] // 2, kernel[1] // 2),
    }
    pad = pads.get(border, border)
    x, w = rng.normal(size=shape), rng.normal(size=(maps, shape[1], *kernel))
    options = {"border_mode": border, "subsample": step, "filter_flip": flip}
    free = [n + 2 * p - k for n, p, k in zip(shape[2:], pad, kernel, strict=True)]
    if min(free) < 0:
        with pytest.raises(InputError, match="does not fit into an image of"):
            conv2d(x, w, **options)
        return
    outs = [n // d + 1 for n, d in zip(free, step, strict=True)]
    up = rng.normal(size=(shape[0], maps, *outs))
    expressions = with_gradients(x, w, up, **options)
    assert expressions[0].type.shape == up.shape
    found = function([], expressions, mode="FAST_COMPILE")()
    for one, other in zip(found, loops(x, w, up, pad, step, flip), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_derivatives_of_every_order():
    """Finite differences of the gradient too, which second-order methods need."""
    rng = np.random.default_rng(3)
    x, w = rng.normal(size=(1, 2, 3, 3)), rng.normal(size=(2, 2, 2, 1))
    options = {"border_mode": (1, 2), "subsample": (2, 1)}

    def gradients(x, w):
        cost = (conv2d(x, w, **options) ** 3).sum()
        return pt.concatenate([each.ravel() for each in pytensor.grad(cost, [x, w])])

    assert_gradient(lambda x, w: conv2d(x, w, **options), x, w)
    assert_gradient(gradients, x, w)


def test_integers_and_mixed_widths():
    x = np.arange(16).reshape(1, 1, 4, 4)
    w = np.ones((1, 1, 2, 2), "float32")
    found = function([], conv2d(x.astype("uint8"), w), mode="FAST_COMPILE")()
    np.testing.assert_array_equal(found[0, 0], 4 * x[0, 0, :3, :3] + 10)
    assert conv2d(x.astype("float64"), w).dtype == "float64"
    assert conv2d(x.astype("float32"), w).dtype == "float32"


@pytest.mark.parametrize(
    ("x", "w", "options", "message"),
    [
        (
            (4, 4),
            (1, 1, 2, 2),
            {},
            "conv2d needs pictures of rank 4 .*; x has rank 2, w has rank 4",
        ),
        ((1, 3, 4, 4), (1, 1, 2, 2), {}, "the pictures have 3 channels but the filters 1"),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"border_mode": "ful"}, "'ful': did you mean full"),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"border_mode": -1}, "border_mode is -1; .* at least 0"),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"border_mode": (1, 1, 1)}, r"border_mode is \(1, 1, 1\);"),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"border_mode": None}, "border_mode is None; it is one or"),
        (
            (1, 1, 4, 4),
            (1, 1, 2, 2),
            {"subsample": (0, 1)},
            r"subsample is \(0, 1\); .* at least 1",
        ),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"subsample": 1.5}, "subsample is 1.5; it is one or two"),
        ((1, 1, 4, 4), (1, 1, 5, 2), {}, "a filter of 5 does not fit into an image of 4 with 0"),
    ],
)
def test_refusals(x, w, options, message):
    with pytest.raises(InputError, match=message):
        conv2d(np.zeros(x), np.zeros(w), **options)


@pytest.fixture(scope="module")
def transposed():
    """Compiled (a, w, b) -> conv2d(a, w), gradient by a, transpose of b, its gradients by b, w."""
    compiled = {}

    def on(backend, border, steps, flip):
        key = backend, border, steps, flip, pytensor.config.floatX
        if key not in compiled:
            a, w, b = (pt.tensor4(name) for name in "awb")
            there = conv2d(a, w, border, steps, flip)
            back = conv2d_transpose(b, w, border, steps, flip)
            outputs = [
                *(there, pytensor.grad(None, a, known_grads={there: b}), back),
                *pytensor.grad(None, [b, w], known_grads={back: a}),
            ]
            compiled[key] = function([a, w, b], outputs, mode=backend)
        return compiled[key]

    return on


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
@pytest.mark.parametrize(
    ("border", "steps", "kernel", "flip"),
    [
        ("valid", (2, 2), (2, 2), True),
        ((1, 0), (2, 3), (4, 3), False),
        ("full", (1, 1), (2, 3), True),
    ],
)
def test_the_transpose_is_the_gradient_of_the_convolution(
    backend, border, steps, kernel, flip, transposed, floatX, rng
):
    """Exactly, bit for bit; and its own gradients are a convolution and that of its filters."""
    w = rng.normal(size=(4, 3, *kernel)).astype(floatX)
    b = rng.normal(size=(2, 4, 3, 5)).astype(floatX)
    pads = {"valid": (0, 0), "full": (kernel[0] - 1, kernel[1] - 1)}.get(border, border)
    sides = [
        (n - 1) * s + k - 2 * p for n, s, k, p in zip((3, 5), steps, kernel, pads, strict=True)
    ]
    a = rng.normal(size=(2, 3, *sides)).astype(floatX)
    there, gradient, back, of_b, of_w = transposed(backend, border, steps, flip)(a, w, b)
    np.testing.assert_array_equal(back, gradient)
    np.testing.assert_array_equal(of_b, there)
    wanted = loops(a, w, b, pads, steps, flip)
    tight = {"rtol": 1e-4, "atol": 1e-4} if floatX == "float32" else {"atol": 1e-11}
    np.testing.assert_allclose(back, wanted[1], **tight)
    np.testing.assert_allclose(of_w, wanted[2], **tight)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_maps_that_are_none_of_the_filters(backend):
    """Sizes known only when called: refused in one line."""
    w, b = pt.dtensor4("w"), pt.dtensor4("b")
    f = function([w, b], conv2d_transpose(b, w, "full"), mode=backend)
    with pytest.raises(InputError, match=r"^the maps .*have .*channels .*first of the filters$"):
        f(np.ones((4, 3, 2, 2)), np.ones((1, 3, 5, 5)))
    with pytest.raises(InputError, match=r"^of .*maps .*nothing is left inside .*border"):
        f(np.ones((4, 3, 2, 2)), np.ones((1, 4, 1, 1)))


def spread_out(w, dilation):
    """Filters with zeros between their elements."""
    sides = [(n - 1) * d + 1 for n, d in zip(w.shape[2:], dilation, strict=True)]
    wide = np.zeros((*w.shape[:2], *sides))
    wide[:, :, :: dilation[0], :: dilation[1]] = w
    return wide


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_dilated(backend, rng):
    """A dilated filter is one with zeros between; its gradient is that of the elements."""
    shape = (2, 3, 3, 2) if backend == "JAX" else (None,) * 4  # which wants to know all shapes
    x, w = pt.dtensor4("x"), pt.tensor4("w", dtype="float64", shape=shape)
    maps = conv2d(x, w, "half", dilation=(2, 3), filter_flip=False)
    f = function([x, w], [maps, *pytensor.grad((maps**2).sum(), [x, w])], mode=backend)
    a, b = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(2, 3, 3, 2))
    wide = spread_out(b, (2, 3))
    found, of_x, of_w = f(a, b)
    out, _, _ = loops(a, wide, np.zeros(found.shape), (2, 2), (1, 1), False)
    np.testing.assert_allclose(found, out, atol=1e-12)
    _, gx, gw = loops(a, wide, 2 * out, (2, 2), (1, 1), False)
    np.testing.assert_allclose(of_x, gx, atol=1e-11)
    np.testing.assert_allclose(of_w, gw[:, :, ::2, ::3], atol=1e-11)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_series(backend, rng):
    """Like NumPy's convolution of one series, summed over channels."""
    x, w = pt.dtensor3("x"), pt.dtensor3("w")
    f = function([x, w], [conv1d(x, w), conv1d(x, w, "half"), conv1d(x, w, 1, 2)], mode=backend)
    a, b = rng.normal(size=(2, 3, 9)), rng.normal(size=(4, 3, 3))
    full = np.array([[sum(map(np.convolve, s, m)) for m in b] for s in a])
    valid, half, two = f(a, b)
    np.testing.assert_allclose(valid, full[:, :, 2:-2], atol=1e-12)
    np.testing.assert_allclose(half, full[:, :, 1:-1], atol=1e-12)
    np.testing.assert_allclose(two, full[:, :, 1:-1:2], atol=1e-12)


def test_ranks_of_series_and_maps():
    for wrong, start in (
        (lambda: conv1d(pt.matrix(), pt.tensor3()), "conv1d needs series of rank 3"),
        (lambda: conv1d(pt.tensor3(), pt.tensor3(), "ful"), "there is no border_mode 'ful'"),
        (
            lambda: conv2d_transpose(pt.tensor4(), pt.matrix()),
            "conv2d_transpose needs maps of rank 4",
        ),
        (lambda: conv2d(pt.tensor4(), pt.tensor4(), dilation=0), "dilation is 0"),
        (
            lambda: conv2d_transpose(pt.zeros((1, 1, 1, 1)), pt.zeros((1, 1, 2, 2)), 1),
            "of maps of 1 x 1",
        ),
    ):
        with pytest.raises(InputError, match=f"^{start}"):
            wrong()
