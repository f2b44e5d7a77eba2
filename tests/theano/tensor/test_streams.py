import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.sandbox.rng_mrg import MRG_RandomStreams
from dltut.theano.tensor.shared_randomstreams import RandomStreams

KINDS = [RandomStreams, MRG_RandomStreams]


def draw(variable, times=1):
    made = theano.function([], variable, mode="FAST_COMPILE")
    return [made() for _ in range(times)]


@pytest.mark.parametrize("kind", KINDS)
def test_moments(kind):
    s, n = kind(3), (200, 200)
    outputs = [
        *(s.uniform(n), s.uniform(n, -1.0, 3.0), s.normal(n), s.normal(n, 2.0, 0.5)),
        *(s.binomial(n, p=0.3), s.binomial(n, n=4, p=0.5, dtype="float32"), s.poisson(n, lam=2.5)),
        *(s.random_integers(n, 1, 3), s.choice(n, a=4), s.normal(n, 0.0, 1.0, truncate=True)),
    ]
    values = theano.function([], outputs, mode="FAST_COMPILE")()
    means = [0.5, 1, 0, 2, 0.3, 2, 2.5, 2, 1.5, 0]
    for value, mean in zip(values, means, strict=True):
        assert value.shape == n
        assert abs(value.mean() - mean) < 0.05
    assert [str(each.dtype) for each in values[4:9]] == [
        "int64",
        "float32",
        "int64",
        "int64",
        "int64",
    ]
    assert abs(values[2].std() - 1) < 0.02
    assert abs(values[9]).max() <= 2.0001


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_repeats_and_calls_advance(kind):
    first, second = draw(kind(5).uniform((3,)), 2)
    assert not (first == second).any()
    assert (draw(kind(5).uniform((3,)))[0] == first).all()
    streams = kind(5)
    made = theano.function([], streams.uniform((3,)), mode="FAST_COMPILE")
    made()
    streams.seed(5)
    assert (made() == first).all()
    assert len(streams.updates()) == 1


def test_without_default_updates_a_draw_stays():
    u = RandomStreams(1).uniform((2,))
    made = theano.function([], u, no_default_updates=True, mode="FAST_COMPILE")
    assert (made() == made()).all()


def test_outcomes_rows_and_orders():
    s = MRG_RandomStreams(2)
    p = T.as_tensor_variable(np.array([[0.2, 0.8], [1.0, 0.0]]))
    hits = theano.function(
        [], [s.multinomial(pvals=p, n=50), s.multinomial(pvals=p)], mode="FAST_COMPILE"
    )()
    assert hits[0].sum(axis=1).tolist() == [50, 50]
    assert hits[0][1].tolist() == [50, 0]
    assert hits[1].shape == (2, 2)
    [order] = draw(s.permutation((3,), n=5))
    assert (np.sort(order, axis=1) == np.arange(5)).all()
    [row] = draw(s.shuffle_row_elements(np.arange(8).reshape(2, 4)))
    assert np.sort(row, axis=1).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    [some] = draw(s.choice((4,), a=6, replace=False))
    assert len(set(some.tolist())) == 4
    [few] = draw(s.multinomial_wo_replacement(pvals=p * 0 + 0.5, n=2))
    assert np.sort(few, axis=1).tolist() == [[0, 1], [0, 1]]


def test_the_shape_of_another_variable():
    x = T.fmatrix("x")
    noise = RandomStreams(1).binomial(size=x.shape, n=1, p=0.5, dtype="float32")
    made = theano.function([x], noise * x, mode="FAST_COMPILE")
    assert made(np.ones((4, 5), dtype="float32")).shape == (4, 5)
    assert RandomStreams(1).normal(avg=x).ndim == 2
