"""What is not in the cases: variables, types and what is refused."""

import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T


def test_variables_by_name_number_and_width():
    x, y = T.matrices("x", "y")
    assert (x.name, y.ndim) == ("x", 2)
    assert len(T.fvectors(3)) == 3
    assert T.ftensor4("a").dtype == "float32"
    assert T.matrix("m", "int8").dtype == "int8"
    assert T.tensor("float32", (False, True)).broadcastable == (False, True)
    assert isinstance(x.type, T.TensorType)
    assert T.TensorType("float64", (False, False)) == x.type
    assert isinstance(x.dimshuffle(1, 0).owner.op, T.DimShuffle)


def test_truths_are_no_variables():
    with pytest.raises(TypeError, match=r"T\.eq"):
        T.as_tensor_variable(True)
    with pytest.raises(TypeError, match="needs a list of variables"):
        T.concatenate(T.dvector())


def test_types_after_the_axes_are_named():
    x = T.dmatrix("x")
    assert T.addbroadcast(x, 1).broadcastable == (False, True)
    assert T.basic.Rebroadcast((0, True))(x).broadcastable == (True, False)
    assert T.unbroadcast(T.drow(), 0).broadcastable == (False, False)
    assert theano._asarray([1], "floatX").dtype == theano.config.floatX
    assert T._shared(np.zeros(2)).ndim == 1
    assert theano.tensor.inplace.tanh_inplace(x).ndim == 2


def test_the_gradient_passes_where_axes_are_forgotten():
    r = T.drow("r")
    made = theano.function([r], T.grad((T.unbroadcast(r, 0) ** 2).sum(), r), mode="FAST_COMPILE")
    assert made([[1.0, 2.0]]).tolist() == [[2, 4]]


def test_tiles_of_more_axes_than_are_spoken_of():
    x = np.arange(6.0).reshape(2, 3)
    for ndim in (None, 2, 3):
        found = T.tile(T.constant(x), (2,), ndim=ndim).eval(mode="FAST_COMPILE")
        wanted = np.tile(x, [1] * ((ndim or 0) - 1) + [2])
        assert found.shape == wanted.shape and (found == wanted).all()


def test_names_are_of_arrays_first():
    x = T.dvector("x")
    assert T.cast(x, dtype="int32").dtype == "int32"
    assert T.Tensor("float64", (False,)) == x.type
    assert T.hashtype(x) == T.hashtype(T.dvector()) != T.hashtype("x")
