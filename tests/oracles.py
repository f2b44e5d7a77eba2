"""What convolution and pooling mean, as plain loops over NumPy arrays, and golden values."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function

GOLDEN = Path(__file__).parent / "golden"


def golden():
    """Arrays and settings that real Theano 1.0.5 left."""
    settings = json.loads((GOLDEN / "theano105.json").read_text())
    with np.load(GOLDEN / "theano105.npz") as arrays:
        return dict(arrays), settings


def tolerance():
    """Of a golden value, at the float width that is set: relative to the largest element."""
    return 1e-10 if pytensor.config.floatX == "float64" else 1e-4


def assert_golden(found, wanted):
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance() * scale)


def taps(x_shape, w_shape, pad, step, flip):
    """Every product of a convolution as (n, m, r, s), (n, c, row, column), (m, c, i, j)."""
    (batch, channels, *sides), (maps, _, *kernel) = x_shape, w_shape
    outs = [(n + 2 * p - k) // d + 1 for n, p, k, d in zip(sides, pad, kernel, step, strict=True)]
    everywhere = [batch, maps, *outs, channels, *kernel]
    for n, m, r, s, c, i, j in product(*map(range, everywhere)):
        row, column = r * step[0] + i - pad[0], s * step[1] + j - pad[1]
        if 0 <= row < sides[0] and 0 <= column < sides[1]:
            tap = (kernel[0] - 1 - i, kernel[1] - 1 - j) if flip else (i, j)
            yield (n, m, r, s), (n, c, row, column), (m, c, *tap)


def conv2d(x, w, up, pad, step, flip):
    """The maps, and the gradients of x and w when `up` is the gradient of the maps."""
    out, gx, gw = np.zeros_like(up), np.zeros_like(x), np.zeros_like(w)
    for o, a, b in taps(x.shape, w.shape, pad, step, flip):
        out[o] += x[a] * w[b]
        gx[a] += up[o] * w[b]
        gw[b] += up[o] * x[a]
    return out, gx, gw


def starts(n, ws, stride, ignore_border, pad):
    """Where the windows along one side begin."""
    if ignore_border:
        return [at - pad for at in range(0, n + 2 * pad - ws + 1, stride)]
    found = [0]
    while found[-1] + stride < n and (stride >= ws or found[-1] + ws < n):
        found.append(found[-1] + stride)
    return found


def pool2d(x, up, ws, stride, ignore_border, pad, mode, ties="first"):
    """The pooled maps, and the gradient of x when `up` is theirs."""
    (rows, columns), sides = x.shape[2:], zip(x.shape[2:], ws, stride, pad, strict=True)
    tops, lefts = (starts(n, w, s, ignore_border, p) for n, w, s, p in sides)
    out, gradient = np.zeros((*x.shape[:2], len(tops), len(lefts))), np.zeros_like(x)
    for n, m, r, s in np.ndindex(out.shape):
        spots = product(range(tops[r], tops[r] + ws[0]), range(lefts[s], lefts[s] + ws[1]))
        spots = list(spots)
        inside = [(i, j) for i, j in spots if 0 <= i < rows and 0 <= j < columns]
        padded = [
            (i, j)
            for i, j in spots
            if i < rows + pad[0] and j < columns + pad[1]  # a cut window ends there
        ]
        values = [x[n, m, i, j] for i, j in inside]
        if mode == "max":
            out[n, m, r, s] = max(values)
            equals = [spot for spot, v in zip(inside, values, strict=True) if v == max(values)]
            for i, j in equals if ties == "all" else equals[:1]:
                gradient[n, m, i, j] += up[n, m, r, s]
            continue
        divisor = {"sum": 1, "average_inc_pad": len(padded), "average_exc_pad": len(inside)}[mode]
        out[n, m, r, s] = sum(values) / divisor
        for i, j in inside:
            gradient[n, m, i, j] += up[n, m, r, s] / divisor
    return out, gradient


def assert_gradient(expression, *values):
    """Central differences of a random weighting of `expression(*variables)`, in float64."""
    variables = [pt.tensor(dtype="float64", shape=(None,) * each.ndim) for each in values]
    result = expression(*variables)
    draw = np.random.RandomState(9).uniform(
        size=result.eval(dict(zip(variables, values, strict=True)), mode="FAST_COMPILE").shape
    )
    cost = (result * draw).sum()
    both = function(variables, [cost, *pytensor.grad(cost, variables)], mode="FAST_COMPILE")
    for each, gradient in zip(values, both(*values)[1:], strict=True):
        for at in np.ndindex(each.shape):
            kept, costs = each[at], []
            for change in (1e-6, -1e-6):
                each[at] = kept + change
                costs.append(both(*values)[0])
            each[at] = kept
            slope = (costs[0] - costs[1]) / 2e-6
            np.testing.assert_allclose(gradient[at], slope, rtol=1e-5, atol=1e-7)
