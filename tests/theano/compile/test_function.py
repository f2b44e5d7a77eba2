import pickle
from collections import OrderedDict

import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.compile.function import evaluated
from dltut.theano.compile.mode import name_of

FAST = "FAST_COMPILE"


def test_updates_as_pairs_and_as_a_dictionary():
    total = theano.shared(np.zeros(2), name="total")
    x = T.dvector("x")
    for updates in ([(total, total + x)], {total: total + x}, OrderedDict([(total, total + x)])):
        add = theano.function([x], total.sum(), updates=updates, mode=FAST)
        add([1, 2])
    np.testing.assert_array_equal(total.get_value(), [3, 6])


def test_givens_take_the_place_of_variables():
    x, data = T.dmatrix("x"), theano.shared(np.arange(6.0).reshape(3, 2))
    i = T.lscalar("i")
    for givens in ({x: data[i : i + 1]}, [(x, data[i : i + 1])]):
        assert theano.function([i], x.sum(), givens=givens, mode=FAST)(2) == 9


def test_a_wider_float_needs_permission():
    x = T.fvector("x")
    with pytest.raises(TypeError):
        theano.function([x], x * 2, mode=FAST)(np.zeros(2))
    allowed = theano.function([x], x * 2, allow_input_downcast=True, mode=FAST)
    assert allowed(np.ones(2)).dtype == np.float32


def test_an_unused_input_is_an_error_unless_it_is_said_to_be_none():
    x, y = T.dscalars("x", "y")
    with pytest.raises(theano.compile.function_module.UnusedInputError):
        theano.function([x, y], x, mode=FAST)
    assert theano.function([x, y], x, on_unused_input="ignore", mode=FAST)(1, 2) == 1


def test_inputs_have_names_default_values_and_updates():
    x, y, w = T.dscalars("x", "y", "w")
    add = theano.function(
        [x, theano.In(y, value=1), theano.Param(w, 2, name="by")], (x + y) * w, mode=FAST
    )
    assert [add(3), add(3, 2), add(3, by=5), add(x=1, y=1)] == [8, 10, 20, 4]
    with pytest.raises(TypeError, match="no input z"):
        add(3, z=1)
    with pytest.raises(TypeError, match="needs its input"):
        add()
    count = theano.function([theano.In(x, value=0.0, update=x + y), y], x, mode=FAST)
    with pytest.raises(TypeError):
        count()


def test_a_dictionary_of_outputs_comes_back_as_one():
    x = T.dscalar("x")
    made = theano.function([x], {"double": 2 * x, "square": x**2}, mode=FAST)
    assert made(3) == {"double": 6, "square": 9}
    assert made(3, output_subset=["square"]) == {"square": 9}
    assert theano.function([], [], mode=FAST)() == []
    assert theano.function([x], None, on_unused_input="ignore", mode=FAST)(1) in (None, [])


def test_a_copy_has_its_own_shared_variable_by_swapping():
    a, b = theano.shared(1.0, name="a"), theano.shared(10.0, name="b")
    made = theano.function([], a * 2, updates=[(a, a + 1)], mode=FAST)
    another = made.copy(swap={a: b})
    assert [float(made()), float(another()), float(a.get_value()), float(b.get_value())] == [
        2,
        20,
        2,
        11,
    ]
    assert made.get_shared() == [a]
    assert made.trust_input is False


def test_shared_values_are_copied_unless_borrowed():
    value = np.zeros(2)
    own, lent = theano.shared(value), theano.shared(value, borrow=True)
    value += 1
    assert own.get_value().sum() == 0
    assert lent.get_value(borrow=True) is value
    assert lent.get_value(borrow=False, return_internal_type=True) is not value
    lent.set_value(np.ones(3))
    assert lent.get_value().shape == (3,)
    with pytest.raises(TypeError, match="not the expression"):
        theano.shared(T.dscalar() + 1)


def test_a_shared_variable_survives_a_pickle():
    again = pickle.loads(pickle.dumps(theano.shared(np.arange(3.0), name="W")))
    assert again.name == "W"
    np.testing.assert_array_equal(again.get_value(), [0, 1, 2])


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("FAST_RUN", "NUMBA"), ("DebugMode", FAST), (FAST, FAST), ("Mode", "NUMBA"), ("JAX", "JAX")],
)
def test_modes_have_one_of_ours(theirs, ours):
    assert name_of(theirs) == ours


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="did you mean FAST_RUN"):
        name_of("FAST_RUM")


def test_a_wrong_input_is_told_at_once():
    with pytest.raises(TypeError, match="a list"):
        theano.function(T.dscalar(), 1)
    with pytest.raises(TypeError, match="givens"):
        theano.function([theano.shared(1.0)], T.dscalar())
    with pytest.raises(TypeError, match="is of a shared variable"):
        theano.function([], [], updates=[(T.dscalar(), 1)])


def test_eval_is_in_theano_s_mode_and_compiles_once():
    x = T.dscalar("x")
    y = x * 3
    with theano.change_flags(mode="FAST_COMPILE"):
        assert evaluated(y, {x: 2}) == 6
        made = list(vars(y)["_fn_cache"].values())
        assert evaluated(y, {x: 5}) == 15
    assert list(vars(y)["_fn_cache"].values()) == made
    assert not type(made[0].maker.linker).__name__.startswith("Numba")
