"""What the cases leave: the kernel behind the mean, and exactness far out."""

import numpy as np

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.kernels.cross_entropy import CrossEntropy
from dltut.theano.tensor.nnet import stable


def test_the_mean_of_the_labels_logarithms_is_the_kernel():
    x, y = T.dmatrix("x"), T.ivector("y")
    p = T.nnet.softmax(x)
    costs = [
        -T.mean(T.log(p)[T.arange(y.shape[0]), y]),
        T.nnet.categorical_crossentropy(p, y).mean(),
        T.mean(T.nnet.categorical_crossentropy(p, y)),
    ]
    scores, labels = np.random.RandomState(0).randn(4, 3) * 900, np.array([0, 2, 1, 1], "int32")
    made = theano.function([x, y], [*costs, *(T.grad(c, x) for c in costs)], mode="FAST_COMPILE")
    values = made(scores, labels)
    rows = scores - scores.max(1, keepdims=True)
    logs = rows - np.log(np.exp(rows).sum(1, keepdims=True))
    expected = -logs[np.arange(4), labels].mean()
    np.testing.assert_allclose(values[:3], [expected] * 3)
    delta = np.exp(logs)
    delta[np.arange(4), labels] -= 1
    for gradient in values[3:]:
        np.testing.assert_allclose(gradient, delta / 4, atol=1e-12)
    assert isinstance(costs[0].owner.inputs[0].owner.inputs[0].owner.op, CrossEntropy)


def test_what_is_no_softmax_is_left_alone():
    x = T.dmatrix("x")
    assert stable.softmaxed(x) is None
    assert stable.mean(x[:, 0]) is None


def test_binary_cross_entropy_far_out_is_finite():
    x = T.dvector("x")
    cost = T.nnet.sigmoid_binary_crossentropy(x, 1.0).sum()
    made = theano.function([x], [cost, T.grad(cost, x)], mode="FAST_COMPILE")
    value, gradient = made([-1000.0, 1000.0])
    assert value == 1000
    assert gradient.tolist() == [-1, 0]


def test_two_levels_of_softmax_sum_to_one():
    rng = np.random.RandomState(1)
    x = T.dmatrix("x")
    shapes = (5, 2), (2,), (2, 5, 3), (2, 3)
    w1, b1, w2, b2 = (theano.shared(rng.rand(*shape)) for shape in shapes)
    whole = T.nnet.h_softmax(x, 4, 6, 2, 3, w1, b1, w2, b2)
    one = T.nnet.h_softmax(x, 4, 6, 2, 3, w1, b1, w2, b2, T.constant([5, 0, 3, 2]))
    values, chosen = theano.function([x], [whole, one], mode="FAST_COMPILE")(rng.rand(4, 5))
    np.testing.assert_allclose(values.sum(1), 1)
    np.testing.assert_allclose(chosen.ravel(), values[np.arange(4), [5, 0, 3, 2]])


def test_a_confusion_matrix_counts():
    counts, classes = T.nnet.confusion_matrix(T.constant([0, 1, 1]), T.constant([0, 1, 0]))
    found = theano.function([], [counts, classes], mode="FAST_COMPILE")()
    assert found[0].tolist() == [[1, 0], [1, 1]]
    assert found[1].tolist() == [0, 1]
