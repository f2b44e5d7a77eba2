"""What a call changes on the side: advanced once a call, seen through, on every backend."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.machine.remember import remember, remembered
from dltut.machine.rng import next_states
from dltut.nn.loop import scan
from dltut.training import minibatch_function

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


def counter(name="count"):
    return pytensor.shared(np.array(0.0), name=name)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nested_and_used_in_a_gradient(backend):
    """Two states, the second of which sees what the first passes on; no output is asked for."""
    W, total, largest = pytensor.shared(np.ones(3), name="W"), counter("total"), counter("largest")
    x = pt.dvector("x")
    inner = remember(x * W, total, total + x.sum())
    cost = (remember(inner, largest, pt.maximum(largest, inner.max())) ** 2).sum()
    step = function([x], updates={W: W - 0.1 * pt.grad(cost, W)}, mode=backend)
    assert set(step.state) == {W, total, largest}
    expected, values = np.ones(3), np.array([1.0, 2.0, 3.0])
    for call in (1, 2):
        step(values)
        expected = expected - 0.2 * values**2 * expected
        np.testing.assert_allclose(W.get_value(), expected)
        assert total.get_value() == 6 * call and largest.get_value() == 3


def test_nothing_is_left_to_compile():
    """The graph is the one without marks, so that every rewrite sees through them."""
    x, seen = pt.dmatrix("x"), counter("seen")
    W, b = pytensor.shared(np.ones((3, 2)), name="W"), pytensor.shared(np.ones(2), name="b")
    sums = remember(remember(x @ W, seen, seen + 1) + b, counter(), seen)
    compiled = function([x], pt.tanh(sums), mode="NUMBA")._function
    ops = [type(node.op).__name__ for node in compiled.maker.fgraph.toposort()]
    assert "Affine" in ops and "_Remember" not in ops


def test_a_given_value_may_remember():
    x, y, count = pt.dscalar("x"), pt.dscalar("y"), counter()
    marked = remember(y, count, count + y)
    f = function([y], remember(x * 2, counter(), x), givens={x: marked}, mode="FAST_COMPILE")
    assert f(3.0) == 6 and f(4.0) == 8 and count.get_value() == 7


def test_an_update_that_is_given_wins():
    count = counter()
    f = function([], remember(pt.constant(2.0), count, count + 1), {count: count - 1})
    assert f() == 2 and count.get_value() == -1


def test_minibatches_of_both_sizes_and_their_state():
    """A last minibatch that is smaller is a function of its own: the same state."""
    x, rows = pt.matrix("x"), pytensor.shared(np.int64(0), name="rows")
    split = shared_dataset((np.ones((5, 2)), np.zeros(5, int)))
    out = remember(x.sum(), rows, rows + x.shape[0])
    f = minibatch_function(out, [x], split, 2, partial="keep", mode="FAST_COMPILE")
    assert [float(f(i)) for i in range(3)] == [4, 4, 2]
    assert f.state == {"rows": rows} and rows.get_value() == 5


def test_without_our_door_it_passes_the_value_on():
    x, count = pt.dvector("x"), counter()
    marked = remember(x, count, count + 1)
    f = pytensor.function([x], [marked, marked.shape[0]], mode="FAST_COMPILE")
    assert f([1.0, 2.0])[0].tolist() == [1, 2] and count.get_value() == 0
    assert_gradient(lambda v: remember(v**2, count, count + 1), np.arange(3.0))


def test_widths_are_the_states():
    count = pytensor.shared(np.float32(0), name="count")
    [following] = remembered([remember(pt.dvector(), count, pt.dscalar())]).values()
    assert following.dtype == "float32"
    assert next_states([pt.dvector() * 2]) == {}


def test_refusals():
    count, x = counter(), pt.dvector("x")
    with pytest.raises(InputError, match=r"^x cannot be remembered: make it with pytensor.shared$"):
        remember(count, x, count)
    with pytest.raises(InputError, match=r"^the next value of count has 1 axes, not 0: average ov"):
        remember(x, count, x)
    both = [remember(x, count, count + step) for step in (1, 2)]
    with pytest.raises(InputError, match=r"^count is changed by two calls: call its layer once wi"):
        function([x], both, mode="FAST_COMPILE")
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        [looped] = scan(lambda v, s: [remember(v + s, count, s)], [count], sequences=[x])
    with pytest.raises(InputError, match=r"^a loop remembers something at each step, which nobody"):
        function([x], looped, mode="FAST_COMPILE")
