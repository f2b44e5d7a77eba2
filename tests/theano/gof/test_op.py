import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.gof.graph import ancestors, inputs, is_same_graph


class Double(theano.Op):
    """An operation as they were written, with C code that nobody reads."""

    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs_, outputs):
        outputs[0][0] = inputs_[0] * 2

    def grad(self, inputs_, gradients):
        return [gradients[0] * 2]

    def c_code(self, *arguments):
        raise AssertionError("nobody reads it")


class Simple(theano.gof.Op):
    itypes, otypes = [T.dvector], [T.dvector]

    def perform(self, node, inputs_, outputs):
        outputs[0][0] = inputs_[0] + 1


def test_a_written_operation_computes_and_has_its_gradient():
    x = T.dvector("x")
    made = theano.function([x], [Double()(x), T.grad(Double()(x).sum(), x)], mode="FAST_COMPILE")
    np.testing.assert_array_equal(made([1, 2]), [[2, 4], [2, 2]])


def test_types_alone_make_a_node():
    x = T.dvector("x")
    assert theano.function([x], Simple()(x), mode="FAST_COMPILE")([1]).tolist() == [2]


def test_without_perform_and_without_grad_one_line_says_so():
    class OnlyC(theano.Op):
        make_node = Double.make_node

    x = T.dvector("x")
    with pytest.raises(NotImplementedError, match="OnlyC has no grad"):
        T.grad(OnlyC()(x).sum(), x)
    with pytest.raises(Exception, match="has no perform"):
        theano.function([x], OnlyC()(x), mode="FAST_COMPILE")([1.0])


def test_an_operation_of_a_function():
    @theano.compile.ops.as_op(itypes=[T.dvector], otypes=[T.dvector])
    def reverse(x):
        return x[::-1].copy()

    x = T.dvector("x")
    assert theano.function([x], reverse(x), mode="FAST_COMPILE")([1, 2]).tolist() == [2, 1]


def test_shapes_of_what_is_not_computed():
    """Theano asked for the shapes by node and inputs alone."""

    class Unseen(Double):
        def perform(self, node, inputs_, outputs):
            raise AssertionError("only the shape is wanted")

        def infer_shape(self, node, shapes):
            return [(shapes[0][0] + 1,)]

    x = T.dvector("x")
    y = Unseen()(x)
    assert theano.function([x], y.shape[0], mode="FAST_COMPILE")([1, 2]) == 3


def test_shapes_of_a_function():
    @theano.compile.ops.as_op([T.dvector], [T.dvector], lambda node, shapes: [(shapes[0][0] * 2,)])
    def twice(x):
        raise AssertionError("only the shape is wanted")

    x = T.dvector("x")
    assert theano.function([x], twice(x).shape[0], mode="FAST_COMPILE")([1, 2]) == 4


def test_derivatives_of_a_class_that_inherits_from_another_operation():
    """A gradient that is turned around, as programs write it on Theano's `ViewOp`."""

    class Reversed(theano.compile.ViewOp):
        def __init__(self, factor):
            self.factor = factor

        def grad(self, inputs_, gradients):
            return [-self.factor * gradients[0]]

        def R_op(self, inputs_, tangents):
            return [-self.factor * tangents[0]]

    class Again(Reversed):
        def L_op(self, inputs_, outputs, gradients):
            return [gradients[0] + outputs[0]]

    class Doubled(Double):
        def grad(self, inputs_, gradients):
            return [gradients[0] * 5]

    x = T.dvector("x")
    outputs = [
        T.grad(Reversed(3.0)(x).sum(), x),
        T.grad(Again(3.0)(x).sum(), x),
        T.grad(Doubled()(x).sum(), x),
        T.Rop(Reversed(3.0)(x), x, x),
    ]
    found = theano.function([x], outputs, mode="FAST_COMPILE")([1, 2])
    np.testing.assert_array_equal(found, [[-3, -3], [2, 3], [5, 5], [-3, -6]])


def test_scalar_operations_with_derivatives_of_their_own():
    class Straight(theano.scalar.basic.UnaryScalarOp):
        def impl(self, x):
            return np.round(x)

        def grad(self, inputs_, gradients):
            return [gradients[0]]

    class Steep(theano.scalar.basic.Sqr):
        def grad(self, inputs_, gradients):
            return [100 * gradients[0]]

    same = theano.scalar.basic.same_out
    x = T.dvector("x")
    rounded = T.Elemwise(Straight(same, name="straight"))(x)
    square = T.Elemwise(Steep(same, name="steep"))(x)
    outputs = [rounded, T.grad(rounded.sum(), x), T.grad(square.sum(), x)]
    found = theano.function([x], outputs, mode="FAST_COMPILE")([0.2, 1.7])
    np.testing.assert_array_equal(found, [[0, 2], [1, 1], [100, 100]])


def test_every_operation_is_one_of_theanos():
    x = T.dvector("x")
    assert isinstance((x * 2).owner.op, theano.Op)
    assert not isinstance((x * 2).owner.op, Double)
    assert isinstance(Double(), theano.Op)
    assert isinstance((x * 2).owner.op, T.Elemwise)


def test_walking_through_a_graph():
    x, y = T.dscalars("x", "y")
    z = x * y + x
    assert {each for each in inputs([z])} == {x, y}
    assert x in ancestors([z])
    assert is_same_graph(x * y, x * y)
    assert not is_same_graph(x * y, y * x + 1)
    assert is_same_graph(x + 1, y + 1, givens={x: y})


def test_test_values_are_given_when_they_are_asked_for():
    from dltut.theano.gof.op import get_debug_values, get_test_value

    x = T.dscalar("x")
    x.tag.test_value = 3.0
    assert get_test_value(x) == 3.0
    assert list(get_debug_values(x)) == []
    with theano.configparser.change_flags(compute_test_value="warn"):
        assert list(get_debug_values(x)) == [3.0]
