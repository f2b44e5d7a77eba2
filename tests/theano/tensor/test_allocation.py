import numpy as np
import pytensor.tensor.basic
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.sandbox.rng_mrg import MRG_RandomStreams

X = T.dmatrix("x")
MADE = {
    "zeros": lambda h: T.zeros((h.shape[0], 1)),
    "ones": lambda h: T.ones([h.shape[1], 3]),
    "alloc": lambda h: T.alloc(1.0, h.shape[0], h.shape[1]),
    "binomial": lambda h: MRG_RandomStreams(1).binomial((h.shape[0], 4), p=0.5),
}
SHAPES = {"zeros": (None, 1), "ones": (None, 3), "alloc": (None, None), "binomial": (None, 4)}


@pytest.mark.parametrize("name", MADE)
def test_known_lengths_are_known_and_nothing_else_is_worked_out(name, monkeypatch):
    asked = []

    def spy(shape):
        asked.extend(shape)
        return infer(shape)

    infer = pytensor.tensor.basic.infer_static_shape
    monkeypatch.setattr(pytensor.tensor.basic, "infer_static_shape", spy)
    h = T.tanh(T.dot(X, X))
    made = MADE[name](h)
    assert made.type.shape == SHAPES[name]
    assert asked
    assert all(getattr(each, "owner", None) is None for each in asked)


def test_they_have_the_shapes_that_were_asked_for():
    h = T.dot(X, X)
    some = [T.zeros(h.shape), T.ones((2, 3)), T.alloc(X[0], 2, h.shape[1]), T.zeros(3), T.zeros(())]
    made = theano.function([X], some, mode="FAST_COMPILE")(np.ones((3, 3)))
    assert [each.shape for each in made] == [(3, 3), (2, 3), (2, 3), (3,), ()]
    assert made[2].tolist() == [[1.0, 1.0, 1.0]] * 2
