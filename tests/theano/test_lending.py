import numpy as np
import pytest
from pytensor.graph.basic import Variable

import dltut.theano as theano
import dltut.theano.tensor as T


def test_a_variable_is_there_and_a_comparison_is_neither_true_nor_false():
    x = T.dscalar("x")
    assert x
    assert x + 1
    with pytest.raises(TypeError, match=r"T\.switch"):
        bool(x > 1)


def test_old_methods():
    x = T.dvector("x")
    assert (x * 2).eval({x: [1, 2]}, mode="FAST_COMPILE").tolist() == [2, 4]
    assert x.reshape((2, 1), 2).ndim == 2
    assert list(T.as_tensor_variable([x[0], x[1]]))[1].ndim == 0
    with pytest.raises(TypeError, match=r"theano\.scan"):
        iter(x)


def test_a_variable_needs_no_owner():
    assert theano.Variable("of this type").owner is None


def test_eval_is_pytensor_s():
    """Other programs in the same process evaluate in PyTensor's mode and with its warnings."""
    assert Variable.eval.__module__ == "pytensor.graph.basic"


def test_old_shared_variables():
    w = theano.shared(np.ones(2))
    w.value = np.zeros(3)
    assert w.value.tolist() == [0, 0, 0]
    w.set_value(np.ones(3))
    w.zero()
    assert w.get_value().sum() == 0
