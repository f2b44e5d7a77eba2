"""Upsampling, cropping and concatenation beside plain NumPy, with their gradients."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import concatenate, crop, upsample2d


def bilinear(x, factors):
    """One pixel after the other, from the middles of the old ones."""
    batch, maps, rows, columns = x.shape
    out = np.zeros((batch, maps, rows * factors[0], columns * factors[1]))
    for i, j in np.ndindex(*out.shape[2:]):
        at = [
            np.clip((k + 0.5) / f - 0.5, 0, n - 1)
            for k, f, n in zip((i, j), factors, (rows, columns), strict=True)
        ]
        (r, s), (a, b) = map(int, at), (at[0] % 1, at[1] % 1)
        below, right = min(r + 1, rows - 1), min(s + 1, columns - 1)
        upper = (1 - b) * x[:, :, r, s] + b * x[:, :, r, right]
        lower = (1 - b) * x[:, :, below, s] + b * x[:, :, below, right]
        out[:, :, i, j] = (1 - a) * upper + a * lower
    return out


def repeated(x, factors):
    return x.repeat(factors[0], axis=2).repeat(factors[1], axis=3)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_upsampling_and_its_gradient(backend, floatX, rng):
    """Both ways, factors that differ, sides of one pixel; the gradient is the transpose."""
    x, up = pt.tensor4("x"), pt.tensor4("up")
    outputs = []
    for mode in ("repeat", "bilinear"):
        larger = upsample2d(x, (2, 3), mode)
        outputs += [larger, pytensor.grad(None, x, known_grads={larger: up})]
    f = function([x, up], outputs, mode=backend)
    tight = {"rtol": 1e-5, "atol": 1e-5} if floatX == "float32" else {"atol": 1e-12}
    for shape in ((2, 3, 4, 5), (1, 1, 1, 1), (1, 2, 1, 3)):
        a = rng.normal(size=shape).astype(floatX)
        b = rng.normal(size=(*shape[:2], 2 * shape[2], 3 * shape[3])).astype(floatX)
        repeats, of_repeats, lines, of_lines = f(a, b)
        np.testing.assert_array_equal(repeats, repeated(a, (2, 3)))
        np.testing.assert_allclose(lines, bilinear(a, (2, 3)), **tight)
        for larger, gradient in ((repeats, of_repeats), (lines, of_lines)):
            assert gradient.dtype == larger.dtype == floatX
            np.testing.assert_allclose((larger * b).sum(), (a * gradient).sum(), rtol=1e-4)
        wanted = b.reshape(*shape[:3], 2, shape[3], 3).sum(axis=(3, 5))
        np.testing.assert_allclose(of_repeats, wanted, **tight)


def test_gradients(rng):
    x = rng.normal(size=(1, 2, 2, 3))
    assert_gradient(lambda a: upsample2d(a, 2, "bilinear") ** 2, x)
    like = pt.zeros((1, 1, 1, 2))
    assert_gradient(lambda a: crop(a, like, "centre") ** 2, x)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_cropping(backend, floatX, rng):
    """Sizes known only when called, odd surpluses."""
    x, like = pt.tensor4("x"), pt.tensor4("like")
    parts = [crop(x, like), crop(x, like, "centre")]
    gradients = [pytensor.grad((each**2).sum(), x) for each in parts]
    f = function([x, like], [*parts, *gradients], mode=backend)
    a = rng.normal(size=(2, 3, 7, 6)).astype(floatX)
    for rows, columns in ((7, 6), (4, 5), (1, 1)):
        found = f(a, np.zeros((1, 1, rows, columns), floatX))
        top, left = (7 - rows) // 2, (6 - columns) // 2
        for (r, s), part, gradient in zip(((0, 0), (top, left)), found, found[2:], strict=False):
            np.testing.assert_array_equal(part, a[:, :, r : r + rows, s : s + columns])
            wanted = np.zeros_like(a)
            wanted[:, :, r : r + rows, s : s + columns] = 2 * part
            np.testing.assert_array_equal(gradient, wanted)
    with pytest.raises(InputError, match=r"^maps .*cannot be cropped to .*: exchange the two"):
        f(a, np.zeros((1, 1, 8, 6), floatX))


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_concatenation(backend, floatX, rng):
    """Sizes known only when called, odd surpluses, and the gradients of all."""
    three = [pt.tensor4(name) for name in "abc"]
    outputs = []
    for at in ("start", "centre"):
        joined = concatenate(three, at)
        outputs += [joined, *pytensor.grad((joined**2).sum(), three)]
    f = function(three, outputs, mode=backend)
    for sides in ([(5, 4)] * 3, [(8, 7), (6, 4), (5, 1)]):
        values = [
            rng.normal(size=(2, maps, *each)).astype(floatX)
            for maps, each in zip((3, 2, 1), sides, strict=True)
        ]
        rows, columns = sides[-1]
        found, corners = f(*values), []
        for n, m in sides:
            corners.append(((n - rows) // 2, (m - columns) // 2))
        # what lies beside is cropped to the last maps, one after the other
        for place, (joined, *gradients) in zip(
            ("start", "centre"), (found[:4], found[4:]), strict=True
        ):
            at = corners if place == "centre" else [(0, 0)] * 3
            windows = [np.s_[:, :, i : i + rows, j : j + columns] for i, j in at]
            parts = [each[window] for each, window in zip(values, windows, strict=True)]
            np.testing.assert_array_equal(joined, np.concatenate(parts, axis=1))
            for gradient, value, window in zip(gradients, values, windows, strict=True):
                wanted = np.zeros_like(value)
                wanted[window] = 2 * value[window]
                np.testing.assert_array_equal(gradient, wanted)
    with pytest.raises(InputError, match=r"^maps .*cannot lie beside .*: give those of the same"):
        f(values[0], values[1][:1], values[2])


def test_maps_that_are_as_large_are_not_copied():
    x = pt.tensor4("x", shape=(None, 3, 4, 4))
    assert crop(x, pt.zeros((1, 1, 4, 4))) is x  # nothing is copied


@given(factor=st.one_of(st.integers(-2, 3), st.text(), st.none(), st.tuples(st.integers(-2, 3))))
def test_factors(factor):
    """A whole number from 1 on, or one line."""
    x = pt.zeros((1, 1, 2, 2))
    if isinstance(factor, int) and factor >= 1:
        assert upsample2d(x, factor).type.shape == (1, 1, 2 * factor, 2 * factor)
        return
    with pytest.raises(InputError, match=r"^factor is "):
        upsample2d(x, factor)


def test_arguments_that_are_none(rng):
    x = pt.zeros((1, 1, 2, 2))
    for wrong, start in (
        (lambda: upsample2d(pt.matrix(), 2), "upsample2d needs rank 4"),
        (lambda: upsample2d(x, 2, "bilinar"), "there is no way of upsampling 'bilinar'"),
        (lambda: crop(x, pt.matrix()), "crop needs rank 4"),
        (lambda: crop(x, x, "center"), "there is no place to crop at 'center'"),
        (lambda: crop(x, pt.zeros((1, 1, 3, 2))), "maps of 2 x 2 cannot be cropped to 3 x 2"),
        (lambda: concatenate([]), "there are no maps"),
        (lambda: concatenate([pt.matrix(), x]), "concatenate needs rank 4"),
        (lambda: concatenate([x, x], "center"), "there is no place to crop at 'center'"),
        (lambda: concatenate([x, pt.zeros((1, 1, 3, 2))]), "maps of 2 x 2 cannot be cropped to 3"),
    ):
        with pytest.raises(InputError, match=f"^{start}"):
            wrong()
