import numpy as np
import pytest

import dltut.theano.tensor as T
from dltut.theano.gradient import (
    DisconnectedInputError,
    GradientError,
    Rop,
    format_as,
    grad,
    zero_grad,
)
from dltut.theano.tests.unittest_tools import assert_allclose, verify_grad


def test_a_variable_that_the_cost_does_not_know_is_an_error():
    x, y = T.dscalars("x", "y")
    with pytest.raises(DisconnectedInputError):
        grad(x**2, y)
    assert isinstance(grad(x**2, [x]), list)
    assert isinstance(grad(x**2, (x,)), tuple)


def test_a_direction_of_what_the_function_does_not_know_adds_nothing():
    x, y, d = T.dscalars("x", "y", "d")
    assert Rop(x**2, [x, y], [d, d]).eval({x: 3, d: 2}, mode="FAST_COMPILE") == 12
    assert Rop(x**2 * y, [x, y], [d, None]).eval({x: 3, y: 1, d: 2}, mode="FAST_COMPILE") == 12
    with pytest.raises(DisconnectedInputError, match="depends on none of"):
        Rop([x**2, x * 2], [y], [d])


def test_gradients_agree_with_finite_differences():
    verify_grad(lambda x: T.tanh(x) ** 2, [np.random.RandomState(0).rand(3)], mode="FAST_COMPILE")
    with pytest.raises(GradientError):
        verify_grad(lambda x: x * zero_grad(x), [np.array([0.3, 1.0])], mode="FAST_COMPILE")


def test_small_helpers():
    assert format_as(False, False, [1]) == 1
    assert format_as(True, False, (1, 2)) == [1, 2]
    assert_allclose(np.ones(2), np.ones(2) + 1e-9)
