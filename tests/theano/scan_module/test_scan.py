import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.sandbox.rng_mrg import MRG_RandomStreams
from dltut.theano.tensor.shared_randomstreams import RandomStreams


@pytest.mark.parametrize("kind", [RandomStreams, MRG_RandomStreams])
def test_draws_inside_a_loop_advance_with_its_updates(kind):
    streams = kind(7)
    draws, updates = theano.scan(lambda: streams.uniform((2,)), n_steps=3, mode="FAST_COMPILE")
    made = theano.function([], draws, updates=updates, mode="FAST_COMPILE")
    first, second = made(), made()
    assert len(np.unique([first, second])) == 12


def test_a_shared_variable_that_the_step_updates():
    count = theano.shared(np.array(0.0), name="count")
    found, updates = theano.scan(
        lambda: (count * 1, {count: count + 1}), n_steps=4, mode="FAST_COMPILE"
    )
    made = theano.function([], found, updates=updates, mode="FAST_COMPILE")
    assert made().tolist() == [0, 1, 2, 3]
    assert count.get_value() == 4


def test_a_copy_of_a_graph_reads_another_input():
    x, y = T.dscalars("x", "y")
    made = theano.function([y], theano.clone(x**2, replace={x: y}), mode="FAST_COMPILE")
    assert made(3) == 9


def test_a_gradient_passes_a_loop_that_draws():
    streams, w, x = MRG_RandomStreams(3), theano.shared(0.5), T.dvector("x")

    def step(h, w):
        p = T.nnet.softmax(T.outer(h, h) * w)
        return h + (streams.multinomial(pvals=p, dtype=h.dtype) * p).sum(0), p

    (h, p), updates = theano.scan(step, outputs_info=[x, None], non_sequences=[w], n_steps=2)
    gradients = [T.grad(h.sum(), w), T.grad(None, w, known_grads={p: T.log(p)})]
    made = theano.function([x], gradients, updates=updates, mode="FAST_COMPILE")
    assert all(np.isfinite(each) and each != 0 for each in made([1.0, 2.0]))
