"""Fused convolution, pool, bias and tanh beside the same graph without the fusion."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import EquilibriumGraphRewriter
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import apply_ancestors

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.conv import Convolution
from dltut.kernels.conv_pool import PooledConvolution, PooledConvolutionGradients
from dltut.kernels.conv_pool.rewrite import (
    conv_pool,
    conv_pool_with_tanh,
    gradients_with_tanh,
)
from dltut.kernels.pool import Pooling
from dltut.nn import conv2d, pool2d

FUSIONS = conv_pool, conv_pool_with_tanh, gradients_with_tanh
FUSED = PooledConvolution | PooledConvolutionGradients
EVALUATIONS = {}  # compiled, by border and flip


def fused(inputs, outputs):
    """The same expressions with the fused operations, and the operations that are in them."""
    outputs = rewrite_graph(outputs, include=("canonicalize", "stabilize"), clone=False)
    graph = FunctionGraph(inputs, outputs, clone=False)
    EquilibriumGraphRewriter(FUSIONS, max_use_ratio=10).rewrite(graph)
    return graph.outputs, [node.op for node in apply_ancestors(graph.outputs)]


def network(dtype, reshaped=True, ties=("first", "first")):
    """Two layers as in LeNet: inputs, and the cost with its gradients."""
    shapes = {"x": 4, "w": 4, "b": 1, "v": 4, "c": 1}
    x, w, b, v, c = inputs = [
        pt.tensor(name, dtype=dtype, shape=(None,) * n) for name, n in shapes.items()
    ]
    maps = pt.tanh(
        pool2d(conv2d(x, w, (1, 2), (2, 1)), (2, 3), ties=ties[0]) + b[None, :, None, None]
    )
    ws = (1, 2) if ties[0] == "first" else (2, 2)
    maps = pool2d(conv2d(maps, v, filter_flip=False), ws, ties=ties[1]) + c[None, :, None, None]
    maps = pt.tanh(maps)
    maps = maps.reshape((-1, maps.shape[1] * maps.shape[2] * maps.shape[3])) if reshaped else maps
    cost = (maps * pt.arange(maps.size, dtype=dtype).reshape(maps.shape)).sum()
    return inputs, [cost, maps, *pytensor.grad(cost, [w, b, v, c])]


def values(rng, batch, sides, dtype, whole=False):
    """Arguments of the network; whole numbers make ties."""
    shapes = (batch, 3, *sides), (4, 3, 3, 2), (4,), (5, 4, 2, 1), (5,)
    draw = (lambda s: rng.integers(-1, 2, s)) if whole else (lambda s: 0.3 * rng.normal(size=s))
    return [draw(shape).astype(dtype) for shape in shapes]


@pytest.fixture(scope="module")
def functions():
    """(dtype, mode, more) -> the network without and with fusion."""
    compiled = {}

    def of(dtype, mode, **more):
        key = dtype, mode, *more.values()
        if key not in compiled:
            inputs, plain = network(dtype, **more)
            expected = function(inputs, plain, mode="FAST_COMPILE")
            inputs, outputs = network(dtype, **more)
            outputs, _ = fused(inputs, outputs)
            compiled[key] = expected, function(inputs, outputs, mode=mode)
        return compiled[key]

    return of


@pytest.mark.parametrize(
    ("dtype", "mode", "tolerance"),
    [
        ("float64", "NUMBA", 1e-12),
        ("float32", "NUMBA", 1e-4),
        ("float64", "FAST_COMPILE", 1e-12),
    ],
)
@pytest.mark.parametrize(
    ("batch", "sides", "whole"),
    [
        (3, (12, 11), False),
        (1, (7, 5), False),  # pictures as small as they can be
        (70, (9, 8), False),  # blocks of several pictures, a last one that is smaller
        (2, (13, 14), True),  # ties
        (0, (9, 8), False),
    ],
)
def test_same_as_without(functions, dtype, mode, tolerance, batch, sides, whole):
    expected, found = functions(dtype, mode)
    given = values(np.random.default_rng(3), batch, sides, dtype, whole)
    for one, other in zip(found(*given), expected(*given), strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        np.testing.assert_allclose(
            one, other, rtol=0, atol=tolerance * (1 + np.abs(other).max(initial=0))
        )


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_ties_that_all_get_the_gradient(functions, mode):
    """Windows of six and of four elements, whole numbers among which many are equal."""
    expected, found = functions("float64", mode, ties=("all", "all"))
    given = values(np.random.default_rng(3), 2, (13, 14), "float64", whole=True)
    wanted = expected(*given)
    for one, other in zip(found(*given), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-10 * (1 + np.abs(other).max()))


@pytest.mark.parametrize("n", [1, 2, 8])
def test_biases_that_are_too_few_or_too_many(functions, n):
    given = values(np.random.default_rng(3), 3, (12, 11), "float64")
    given[2] = np.zeros(n)
    with pytest.raises(InputError, match=r"^the biases are not as many as the filters: give one"):
        functions("float64", "NUMBA")[1](*given)


@pytest.mark.parametrize("reshaped", [True, False])
def test_everything_is_fused(reshaped):
    _, operations = fused(*network("float64", reshaped))
    kinds = [type(each).__name__ for each in operations]
    assert kinds.count("PooledConvolution") == kinds.count("PooledConvolutionGradients") == 2
    assert not [each for each in kinds if each.startswith(("Convolution", "Pooling"))]
    both = [each for each in operations if isinstance(each, FUSED)]
    assert all(each.tanh for each in both)
    gradients = [each.of_input for each in both if isinstance(each, PooledConvolutionGradients)]
    assert sorted(gradients) == [False, True]


@pytest.mark.parametrize(
    "output",
    [
        lambda maps: pool2d(maps, 2) + maps.sum(),  # the maps are wanted too
        lambda maps: pool2d(maps, 3, 2),  # windows that overlap
        lambda maps: pool2d(maps, 2, ignore_border=False),
        lambda maps: pool2d(maps, 2, mode="sum"),
        lambda maps: pool2d(maps, 2) + pool2d(maps, 2, mode="sum"),
        lambda maps: pytensor.grad((pool2d(maps, 2) ** 2).sum(), maps),
    ],
)
def test_what_does_not_match_stays(output):
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    _, operations = fused([x, w], [output(conv2d(x, w))])
    assert not any(isinstance(each, PooledConvolution) for each in operations)
    assert any(isinstance(each, Convolution) for each in operations)


@pytest.mark.parametrize("last", [lambda a: a, pt.exp, lambda a: pt.tanh(a) + a])
def test_pool_without_tanh(last):
    """Whatever else follows the bias is left to follow."""
    x, w, b = pt.dtensor4("x"), pt.dtensor4("w"), pt.dvector("b")
    output = last(pool2d(conv2d(x, w), 2) + b[None, :, None, None])
    _, operations = fused([x, w, b], [output])
    assert [each.tanh for each in operations if isinstance(each, PooledConvolution)] == [False]
    assert not any(isinstance(each, Pooling) for each in operations)


@pytest.fixture(scope="module")
def layer():
    """A layer with wide windows, the place of each maximum, and its gradients."""
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    pooled = pool2d(conv2d(x, w), (18, 15))
    (pooled, *gradients), _ = fused([x, w], [pooled, *pytensor.grad(pooled.sum(), [x, w])])
    return function([x, w], [pooled, *gradients], mode="NUMBA")


def test_windows_of_more_elements_than_a_byte_counts(layer):
    rng = np.random.default_rng(5)
    x, w = rng.normal(size=(2, 1, 20, 33)), np.ones((1, 1, 1, 1))
    pooled, of_x, of_w = layer(x, w)
    for n, s in np.ndindex(2, 2):
        tile = x[n, 0, :18, 15 * s : 15 * (s + 1)]
        assert pooled[n, 0, 0, s] == tile.max()
        np.testing.assert_array_equal(
            of_x[n, 0, :18, 15 * s : 15 * (s + 1)], (tile == tile.max()).astype(float)
        )
    assert of_x.sum() == 4
    np.testing.assert_allclose(of_w, pooled.sum())


def test_not_a_number_is_not_hidden(layer):
    x = np.zeros((1, 1, 18, 30))
    x[0, 0, 3, 4] = np.nan
    np.testing.assert_array_equal(np.isnan(layer(x, np.ones((1, 1, 1, 1)))[0]), [[[[True, False]]]])


def test_misfits(layer):
    with pytest.raises(InputError, match=r"^a pool does not fit into an image"):
        layer(np.zeros((1, 1, 18, 14)), np.zeros((1, 1, 1, 1)))
    with pytest.raises(InputError, match=r"^a filter does not fit into an image"):
        layer(np.zeros((1, 1, 18, 14)), np.zeros((1, 1, 19, 1)))
    with pytest.raises(InputError, match=r"^the pictures do not have as many channels"):
        layer(np.zeros((1, 2, 18, 14)), np.zeros((1, 1, 1, 1)))


@pytest.mark.parametrize(("border", "flip"), [("valid", True), ((1, 3), False)])
@pytest.mark.parametrize(
    ("x_shape", "maps"),
    [
        ((5, 20, 12, 12), 50),
        ((2, 16, 19, 14), 33),  # a row and a column of spots are in no window
        ((40, 17, 9, 30), 16),  # blocks of several pictures
        ((0, 20, 12, 12), 50),
        ((3, 4, 12, 12), 50),  # few channels: plain sums
    ],
)
def test_without_gradients(border, flip, x_shape, maps, rng):
    """Nobody asks for places, and 5 x 5 filters have fewer multiplications."""
    x, w, b = pt.ftensor4("x"), pt.ftensor4("w"), pt.fvector("b")
    out = pt.tanh(pool2d(conv2d(x, w, border, filter_flip=flip), 2) + b[None, :, None, None])
    outputs, operations = fused([x, w, b], [out])
    (op,) = [each for each in operations if isinstance(each, FUSED)]
    assert op.tanh and not op.places
    shapes = x_shape, (maps, x_shape[1], 5, 5), (maps,)
    given = [(rng.uniform(-1, 1, shape) / 4).astype("float32") for shape in shapes]
    wanted = [[None]]
    op.perform(None, [each.astype("float64") for each in given], wanted)
    compiled = EVALUATIONS.setdefault((border, flip), function([x, w, b], outputs, mode="NUMBA"))
    found = compiled(*given)[0]
    assert found.shape == wanted[0][0].shape
    np.testing.assert_allclose(found, wanted[0][0], rtol=0, atol=5e-6)
