"""Rules carried out: tiles, blocks, layouts, in place and not, any number of threads."""

import os
import subprocess
import sys

import numpy as np
import pytensor
import pytensor.scalar as ps
import pytensor.tensor as pt
import pytest
from numba import njit

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.engine.gemm import ROWS
from dltut.kernels.rules import Rule
from dltut.kernels.rules.numba import tile_of

WIDTHS = "float32", "float64"


def momentum_of(width, leaves, products):
    """A velocity and a parameter, moved by the sum of leaves and gradients."""
    read = [getattr(ps, width)() for _ in range(leaves + products)]
    v, p, rate = (getattr(ps, width)(name) for name in ("v", "p", "rate"))
    velocity = ps.sub(ps.mul(ps.constant(0.5, dtype=width), v), ps.mul(rate, ps.add(*read, p)))
    composite = ps.Composite([*read, v, p, rate], [velocity, ps.add(p, velocity)])
    return Rule(composite, leaves, products, squares=(1,))


class Moved:
    """Rules with one, two and no products, of shared states, in place, and of inputs, not."""

    def __init__(self, width):
        empty = np.zeros((0, 0), width)
        self.state = [pytensor.shared(empty) for _ in range(6)]
        v, p, leaf, *factors = (pt.matrix(dtype=width) for _ in range(7))
        rate = pt.scalar(dtype=width)
        rules = momentum_of(width, 1, 2), momentum_of(width, 0, 1), momentum_of(width, 2, 0)
        reads = [leaf, *factors], factors[:2], [leaf, leaf[::-1, ::-1]]
        pairs = zip(self.state[::2], self.state[1::2], strict=True)
        made = [
            rule(*read, *pair, rate) for rule, read, pair in zip(rules, reads, pairs, strict=True)
        ]
        updates = [following for each in made for following in each[:2]]
        outputs = [*(each[2] for each in made), *rules[0](*reads[0], v, p, rate)]
        inputs = [v, p, leaf, *factors, rate]
        updates = dict(zip(self.state, updates, strict=True))
        self.function = function(inputs, outputs, updates=updates, mode="NUMBA")

    def __call__(self, v, p, leaf, *factors, rate):
        """Sums of squares, the states of all rules, and what is not in place."""
        for i, each in enumerate(self.state):
            each.set_value((p if i % 2 else v).copy())
        sums, (new_v, new_p, squares) = np.split(
            np.array(self.function(v, p, leaf, *factors, rate), dtype=object), [3]
        )
        return [*sums, squares], [each.get_value() for each in self.state], [new_v, new_p]


@pytest.fixture(scope="module", params=WIDTHS)
def moved(request):
    return Moved(request.param), request.param


def check(moved, v, p, leaf, *factors):
    """All of it beside NumPy in float64; nothing that was given changes."""
    run, width = moved
    given = [each.copy() for each in (v, p, leaf, *factors)]
    squares, states, others = run(v, p, leaf, *factors, rate=np.asarray(0.25, width))
    v64, p64, leaf64, x, g, y, h = (each.astype("float64") for each in given)
    gradients = leaf64 + x.T @ g + y.T @ h, x.T @ g, leaf64 + leaf64[::-1, ::-1]
    tolerance = (2e-6 if width == "float32" else 1e-14) * (1 + len(x))
    wanted = []
    for gradient in gradients:
        velocity = 0.5 * v64 - 0.25 * (gradient + p64)
        wanted += [velocity, p64 + velocity]
    for one, other in zip([*states, *others], [*wanted, *wanted[:2]], strict=True):
        assert one.dtype == width
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    for each in squares:
        np.testing.assert_allclose(each, np.square(p64).sum(), rtol=2e-6)
    for one, other in zip(given, (v, p, leaf, *factors), strict=True):
        np.testing.assert_array_equal(one, other)


def drawn(rng, width, batch, rows, columns, other=3):
    shapes = [(rows, columns)] * 3
    shapes += [(n, m) for n in (batch, other) for m in (rows, columns)]
    return [rng.normal(size=shape).astype(width) for shape in shapes]


SIZES = [
    (1, 1, 2),
    (5, 3, 4),
    (20, 500, 10),  # narrow
    (20, 784, 500),
    (50, 31, 65),
    (9, 25, 2500),  # tiles of a part of the columns
    (300, 200, 70),  # long sums
    (3, 20_000, 2),
    (0, 4, 5),
    (4, 0, 5),
    (4, 5, 0),
]


def test_sizes(moved, rng):
    for size in SIZES:
        check(moved, *drawn(rng, moved[1], *size))


def test_layouts(rng):
    """Slices, Fortran's order, backwards; of the states too."""
    large = rng.normal(size=(80, 240))
    p, v = np.asfortranarray(large[5:35, 7:107]), large[40:70, 100:200]
    leaf, x, g = large[30:60, ::2][:, :100], large[::-4, 30:0:-1], large[40:60, :100]
    inputs = [pt.dmatrix() for _ in range(5)]
    run = function(inputs, momentum_of("float64", 1, 1)(*inputs, pt.constant(0.25)), mode="NUMBA")
    following, new, squares = run(leaf, x, g, v, p)
    wanted = 0.5 * v - 0.25 * (leaf + x.T @ g + p)
    np.testing.assert_allclose(following, wanted, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(new, p + wanted, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(squares, (p**2).sum(), rtol=1e-10)


def test_shapes_that_do_not_fit(moved, rng):
    run, width = moved
    for place in range(7):
        arrays = drawn(rng, width, 4, 6, 5)
        arrays[place] = np.zeros((7, 7), width)
        with pytest.raises(InputError, match=r"^a gradient does not have the shape of [^\n]*$"):
            run(*arrays, rate=np.ones((), width))


def test_tiles_fill_their_cache():
    """Some rows, whole tiles of the product, and blocks enough for the threads."""
    tile = njit(lambda rows, columns, terms: tile_of(rows, columns, terms))
    assert tile(784, 500, 20) == (10 if ROWS == 10 else 12, 500)
    height, width = tile(100, 5000, 20)
    assert width == 1024 and height * width <= 2**14
    assert tile(784, 10, 600)[0] < 784 / 4
    for size in [(0, 5, 3), (5, 0, 3), (5, 5, 0), (1, 1, 1)]:
        assert min(tile(*size)) > 0


THREADS = """
import sys, numpy as np, pytensor, pytensor.tensor as pt
from dltut import function
from dltut.optim import adam
rng = np.random.default_rng(1)
W = pytensor.shared(rng.normal(size=(300, 200)).astype("float32"), name="W")
x = rng.normal(size=(20, 300)).astype("float32")
cost = (pt.tanh(pt.constant(x) @ W) ** 2).sum() + np.float32(0.1) * (W**2).sum()
step = function([], cost, updates=adam(cost, [W]), mode="NUMBA")
sys.stdout.buffer.write(np.array([step() for _ in range(3)]).tobytes() + W.get_value().tobytes())
"""


def test_any_number_of_threads():
    """The same bits: tiles depend on shapes alone."""
    found = []
    for n in ("1", "3"):
        environment = {**os.environ, "NUMBA_NUM_THREADS": n}
        done = subprocess.run(
            [sys.executable, "-c", THREADS], env=environment, capture_output=True, check=True
        )
        found.append(done.stdout)
    assert len(found[0]) == 4 * (300 * 200) + 3 * 4
    assert found[0] == found[1]
