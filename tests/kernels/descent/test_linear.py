"""Expressions as sums of terms: they add up, and each is looked at once."""

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
import pytest
from graphs import normal
from hypothesis import given
from hypothesis import strategies as st
from pytensor.graph.traversal import applys_between

from dltut.kernels.descent.linear import linear_terms

W_LEAF, G_LEAF = pt.dmatrix("W"), pt.dmatrix("g")
RATE = pt.dscalar("rate")
NUMBERS = st.sampled_from([-2.0, -1.0, 0.0, 0.25, 1.0, 3.0])


def combined(smaller):
    """Larger expressions of smaller ones, which may be used twice."""
    scalar = NUMBERS | st.just(RATE)
    return st.one_of(
        st.tuples(smaller, smaller).map(lambda pair: pair[0] + pair[1]),
        st.tuples(smaller, smaller).map(lambda pair: pair[0] - pair[1]),
        smaller.map(lambda each: -each),
        smaller.map(lambda each: each + 0.25 * each - RATE * each),
        st.tuples(scalar, smaller).map(lambda pair: pair[0] * pair[1]),
        st.tuples(smaller, st.sampled_from([-0.5, 2.0, RATE])).map(lambda p: p[0] / p[1]),
    )


@given(st.recursive(st.sampled_from([W_LEAF, G_LEAF]), combined, max_leaves=6))
def test_linear_terms_add_up(expression):
    """The terms times their factors are the expression, at any values."""
    values = {W_LEAF: normal(2, 3), G_LEAF: normal(3, 2).T, RATE: np.array(0.7)}
    terms = linear_terms(expression)
    assert set(terms) <= {W_LEAF, G_LEAF}

    def evaluated(of):
        """What an expression is worth, by NumPy, operation by operation."""
        if not isinstance(of, pt.Variable):
            return of
        if of in values:
            return values[of]
        if of.owner is None:
            return of.data
        outputs = [[None]]
        of.owner.op.perform(of.owner, [np.asarray(evaluated(i)) for i in of.owner.inputs], outputs)
        return outputs[0][0]

    total = sum(evaluated(factor) * values[term] for term, factor in terms.items())
    np.testing.assert_allclose(total, evaluated(expression), atol=1e-12)


def test_what_is_not_linear():
    g, row = G_LEAF, pt.drow("row")
    for expression in (pt.exp(g), g * W_LEAF, 1.0 / g, g**2, pt.maximum(g, W_LEAF)):
        assert linear_terms(expression) == {expression: 1.0}
    assert linear_terms(2.0 * (g - row)) == {g: 2.0, row: -2.0}


def test_a_division_by_zero():
    """As of the elements: nothing is raised while a graph is rewritten."""
    assert linear_terms(W_LEAF - G_LEAF / 0.0) == {W_LEAF: 1.0, G_LEAF: -np.inf}


def test_more_terms_than_asked_for():
    a, b, c = pt.dmatrices("a", "b", "c")
    assert linear_terms(a + b - a, most=2) == {a: 0.0, b: 1.0}
    assert linear_terms(a + b - c, most=2) is None


def test_states_that_are_used_twice():
    """Steps of a recurrence: two uses in each, but one look at it."""
    a, k = W_LEAF, 100
    for _ in range(k):
        a = a + 0.5 * (G_LEAF - a)
    assert linear_terms(a) == {W_LEAF: pytest.approx(0.5**k), G_LEAF: pytest.approx(1)}


@pytest.mark.parametrize("dtype", ["float32", "int64", "int8", "float64"])
def test_factors_are_as_wide_as_the_terms(dtype, floatX):
    """Whatever the scalars are, they are made wide before anything is made of them.

    Numba divides a float32 by a whole number in single precision, whatever PyTensor says.
    """
    n = pt.scalar("n", dtype=dtype)
    for expression in (W_LEAF - G_LEAF / n, W_LEAF - 0.1 * (G_LEAF / n) * n + G_LEAF):
        factor = linear_terms(expression)[G_LEAF]
        nodes = [node for node in applys_between([], [factor]) if not is_cast(node)]
        assert {each.dtype for node in nodes for each in node.inputs} == {"float64"}
    rate = factor.eval({n: np.asarray(3, dtype)}, mode="FAST_COMPILE")
    assert rate == pytest.approx(1 - float(np.asarray(0.1, floatX)), rel=1e-15)


def is_cast(node):
    return isinstance(node.op.scalar_op, ps.Cast)
