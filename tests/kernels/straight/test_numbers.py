"""Operations on arrays of numbers, each held to what PyTensor makes of the arrays."""

import numpy as np
import pytensor
import pytensor.scalar as ps
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.fg import FunctionGraph

from dltut.kernels.dense import MatrixProduct
from dltut.kernels.straight.numbers import TooMuch, is_written_out, numbers_of

X = np.random.default_rng(3).normal(size=(2, 3))
x = pt.tensor("x", dtype="float64", shape=(2, 3))

EXPRESSIONS = {
    "elementwise": pt.tanh(x) + 2 * x,
    "repeated rows": x - x[0],
    "a sum of all": x.sum(),
    "sums": x.sum(axis=1) + x.sum(axis=1, keepdims=True).sum(),
    "a sum in single precision": pt.cast(x, "float32").sum(axis=0),
    "maxima": pt.max(x, axis=0),
    "a product of all": pt.prod(x, axis=(0, 1)),
    "whether all": pt.all(x > -5, axis=1),
    "products": pt.dot(x, x.T),
    "transposed products": pt.dot(
        MatrixProduct(True, False)(x, x), MatrixProduct(False, True)(x.T, x.T)
    ),
    "turned": x.dimshuffle(1, "x", 0).dimshuffle(2, 0, 1),
    "dropped": x[:, :1].dimshuffle(0),
    "a part": x[1, ::-1],
    "a number": x[-1, 2] * x[0, 0],
    "an end": x[:, -2:],
    "set": pt.set_subtensor(x[:, 1], 7.0),
    "set to numbers": pt.set_subtensor(x[0], x[1]),
    "added": pt.inc_subtensor(x[1:, ::2], x[:1, 1:]),
    "added to a number": pt.inc_subtensor(x[1, 1], x[0, 0]),
    "filled": pt.alloc(x[0], 2, 3) + pt.zeros((2, 3)),
    "conditions": pt.switch(x > 0, x, -x),
    "a constant": x + pt.constant(np.arange(3.0)),
    "its shape stated": pt.specify_shape(x, (2, 3)) * 2,
    "whole numbers": pt.cast(x * 10, "int32") // 3,
    "the logarithm of a sum": pt.log(pt.exp(x - pt.max(x, axis=1, keepdims=True)).sum(axis=1)),
    "a gradient": pytensor.grad((pt.dot(x, x.T) ** 2).sum() + x[:, 0].prod(), x),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_same_as_of_arrays(name):
    output = EXPRESSIONS[name]
    graph = FunctionGraph([x], [output], clone=True, copy_inputs=True)
    nodes = graph.toposort()
    assert all(is_written_out(each.op) for each in nodes)
    (given,), (made,) = numbers_of(graph.inputs, nodes, graph.outputs, most=1000)
    outputs = [ps.identity(each) for each in np.ravel(made)]
    numbers = ps.Composite(list(given.ravel()), outputs).impl(*X.ravel())
    numbers = numbers if isinstance(numbers, list | tuple) else [numbers]
    expected = pytensor.function([x], output, mode=Mode("py", None))(X)
    assert {each.type.dtype for each in outputs} == {str(expected.dtype)}
    assert np.shape(made) == expected.shape
    np.testing.assert_allclose(np.reshape(numbers, expected.shape), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    ("output", "most"),
    [
        (pt.tanh(x) + 1, 11),  # twice six numbers
        (pt.dot(x, x.T), 23),  # twelve products, as many sums
        (pt.add(*[x] * 33), 10**6),
        (pt.sort(x), 100),
        (x[pt.iscalar("i")], 100),
        (x[:, :0].sum(), 100),
        (pt.matrix("unknown") + 1, 100),
    ],
)
def test_what_is_not_written_out(output, most):
    inputs = [each for each in pytensor.graph.traversal.explicit_graph_inputs([output])]
    graph = FunctionGraph(inputs, [output], clone=True, copy_inputs=True)
    with pytest.raises(TooMuch):
        numbers_of(graph.inputs, graph.toposort(), graph.outputs, most)
