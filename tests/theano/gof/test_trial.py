"""Test values are computed while a graph is built; what does not fit fails there."""

import numpy as np
import pytensor
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.gof.op import get_test_value


@pytest.fixture(autouse=True)
def asked():
    with theano.config.change_flags(compute_test_value="raise"):
        yield


def vector(name, *values):
    made = T.dvector(name)
    made.tag.test_value = np.array(values, dtype="float64")
    return made


def test_values_follow_the_graph():
    x = vector("x", 1, 2)
    w = theano.shared(np.array([3.0, 4.0]))
    y = T.dot(w, T.sqr(x)) + 1
    assert y.tag.test_value == 20
    g = T.grad(y, x)
    np.testing.assert_array_equal(g.tag.test_value, [6, 16])
    np.testing.assert_array_equal(get_test_value(y * [1, 2]), [20, 40])


def test_what_does_not_fit_fails_where_it_is_written():
    x = vector("x", 1, 2)
    whole = T.concatenate([x, x])
    with pytest.raises(ValueError, match=r"broadcast|mismatch|Incompatible"):
        whole + x


def test_missing_values():
    y = T.dvector("y")
    with pytest.raises(ValueError, match=r"^theano.config.compute_test_value: input 0 \(y\) of"):
        T.exp(y)
    with (
        theano.config.change_flags(compute_test_value="warn"),
        pytest.warns(UserWarning, match=r"input 0 \(y\) of .* has no tag.test_value"),
    ):
        T.exp(y)
    with theano.config.change_flags(compute_test_value="ignore"):
        assert not hasattr(T.exp(y).tag, "test_value")


def test_values_of_another_type():
    x = T.dvector("x")
    x.tag.test_value = np.zeros((2, 2))
    with pytest.raises(TypeError):
        T.exp(x)


def test_functions_are_compiled_without():
    """Rewrites make variables that have no test values."""
    x = vector("x", 1, 2)
    cost = T.log(T.nnet.softmax(x)).sum()
    step = theano.function([x], [cost, T.grad(cost, x)], mode="FAST_COMPILE")
    np.testing.assert_allclose(step([1, 2])[0], cost.tag.test_value)


def test_loops_teach_their_steps():
    x, seen = vector("x", 1, 2, 3), []
    start = theano.shared(np.float64(10))

    def step(now, before, last, factor):
        seen.append([get_test_value(each) for each in (now, before, last, factor)])
        return last + factor * now * before

    taps = {"input": x, "taps": [0, -1]}
    total, _ = theano.scan(step, [taps], [start], [theano.shared(np.float64(2))])
    assert seen == [[2, 1, 10, 2]]
    np.testing.assert_array_equal(total.tag.test_value, [14, 26])


def test_streams():
    streams = T.shared_randomstreams.RandomStreams(1)
    before = streams.state_updates
    assert streams.uniform((3,)).tag.test_value.shape == (3,)
    assert before is not None


def test_off_is_pytensors_own():
    changed = pytensor.graph.op.Op.__call__
    with theano.config.change_flags(compute_test_value="off"):
        assert pytensor.graph.op.Op.__call__ is not changed
        assert pytensor.graph.op.Op.__call__.__module__ == "pytensor.graph.op"
        assert not hasattr(T.exp(vector("x", 1)).tag, "test_value")
