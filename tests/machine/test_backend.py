"""The door to compiled functions: what moves to the device, what comes back, which mode runs."""

import time

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.layers import Dropout
from dltut.machine import notices
from dltut.machine.backend import CompiledFunction, JaxFunction
from dltut.machine.rng import Streams
from dltut.models import MLP
from dltut.nn import errors, l1, l2, negative_log_likelihood
from dltut.optim import momentum
from dltut.training import minibatch_function

jax = pytest.importorskip("jax")


def test_shared_data_is_sent_once():
    """Where plain PyTensor sends it at every call, which the guard forbids, this does not."""
    numbers = np.arange(6, dtype="float32")
    data = pytensor.shared(numbers, name="data")
    total = (data * np.float32(3)).max()
    f = function([], total, mode="JAX")
    plain = pytensor.function([], total, mode="JAX")
    assert f() == plain() == 15
    data.set_value(numbers)
    with (
        jax.transfer_guard("disallow"),
        pytest.raises(Exception, match="Disallowed host-to-device"),
    ):
        plain()
    assert f() == 15
    kept = data.container.storage[0]
    with jax.transfer_guard("disallow_explicit"):
        again = f()
    assert again == 15
    assert data.container.storage[0] is kept


def test_minibatches_send_nothing_but_their_number():
    split = shared_dataset((np.arange(12.0).reshape(6, 2), np.arange(6)))
    x = pt.matrix("x")
    f = minibatch_function(x.sum(), [x], split, 2, mode="JAX")
    costs = [float(f(i)) for i in range(3)]
    with jax.transfer_guard("disallow"):
        again = [f(i) for i in range(3)]
    assert [float(each) for each in again] == costs == [6, 22, 38]


def test_training_stays_on_the_device(rng):
    """Data, parameters, velocities and streams; after an epoch not even a number is sent."""
    split = shared_dataset((rng.normal(size=(6, 4)), rng.integers(0, 3, 6)))
    model, drop, x, y = MLP(rng, 4, 5, 3), Dropout(Streams(1)), pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(drop(x, train=True)), y)
    step = minibatch_function(cost, [x, y], split, 2, momentum(cost, model.params, 0.1), mode="JAX")
    costs = [float(step(i)) for i in range(3)]
    with jax.transfer_guard("disallow_explicit"):
        again = [step(i) for i in range(3)]
    assert len({*costs, *map(float, again)}) == 6
    assert len(step.state) == 2 * len(model.params) + 1
    for variable in [*step.state.values(), *split]:
        assert variable.container.storage[0].devices() == {jax.devices()[0]}


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_values_are_handed_out_as_numpy_arrays(backend):
    w = pytensor.shared(np.ones(3), name="w")
    double = function([], None, {w: w * 2}, mode=backend)
    double()
    value, seen = w.get_value(), w.get_value(borrow=True)
    assert type(value) is type(seen) is np.ndarray and value.dtype == "float64"
    value[:] = 0
    double()
    np.testing.assert_array_equal(w.get_value(), [4, 4, 4])


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_values_set_after_compiling_are_seen(backend):
    w = pytensor.shared(np.ones(3), name="w")
    x = pt.dvector("x")
    f = function([x], (w * x).sum(), {w: w + 1}, mode=backend)
    assert f(np.ones(3)) == 3 and f(np.ones(3)) == 6
    np.testing.assert_array_equal(w.get_value(), [3, 3, 3])
    w.set_value(np.zeros(3))
    assert f(np.ones(3)) == 0 and f(np.ones(3)) == 3
    assert f.state == [w]


@pytest.mark.parametrize("updates", [dict, list])
def test_updates_and_givens_as_pairs(updates):
    w, x, y = pytensor.shared(1.0, name="w"), pt.dscalar("x"), pt.dscalar("y")
    f = function([x], y + w, updates({w: w * 2}.items()), updates({y: x**2}.items()))
    assert isinstance(f, CompiledFunction)
    assert f(3.0) == 10 and f(3.0) == 11


def test_widths_are_kept_on_jax(floatX, rng):
    """Sums, penalties and a rule with state: three steps leave every parameter at its width."""
    split = shared_dataset((rng.normal(size=(6, 4)), rng.integers(0, 3, 6)))
    model, x, y = MLP(rng, 4, 5, 3, activation="relu"), pt.matrix("x"), pt.ivector("y")
    scores = model(x)
    penalty = 0.01 * l1(model.weights) + 0.01 * l2(model.weights)
    cost = negative_log_likelihood(scores, y) + penalty
    updates = momentum(cost, model.params, 0.1, 0.9)
    outputs = [cost, errors(scores, y)]
    step = minibatch_function(outputs, [x, y], split, 2, updates, mode="JAX")
    results = [step(i) for i in range(3)]
    assert {str(cost.dtype) for cost, _ in results} == {floatX}
    for variable in step.state.values():
        value = variable.get_value()
        assert value.dtype == variable.dtype == floatX
    assert len(step.state) == 2 * len(model.params)


def test_modes():
    x = pt.dscalar("x")
    with pytensor.config.change_flags(mode="JAX"):
        assert isinstance(function([x], x), JaxFunction)
    with pytensor.config.change_flags(mode="FAST_RUN"):
        assert not isinstance(function([x], x), JaxFunction)
    for mode, hint in (
        ("numba", "did you mean NUMBA"),
        ("torch", "valid names: FAST_COMPILE, JAX"),
    ):
        with pytest.raises(InputError, match=rf"^there is no mode '{mode}': {hint}"):
            function([x], x, mode=mode)


def test_jax_is_an_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'^mode JAX needs an extra package: pip install "dltut\['):
        function([], pt.as_tensor(1.0), mode="JAX")


def test_numbers_of_arguments():
    x = pt.dscalar("x")
    f = function([x], x, mode="JAX")
    with pytest.raises(TypeError, match=r"^expected 1 arguments, got 2"):
        f(1.0, 2.0)


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_an_argument_of_another_type_is_one_line(mode):
    """PyTensor's own error writes down all the numbers."""
    x, n = pt.fmatrix("x"), pt.iscalar()
    f = function([x, n], x.sum() + n, mode=mode)
    for arguments, message in (
        (
            (np.ones((50, 5)), 1),
            r"x is an array of float64, shape \(50, 5\); .*\('float32'\)",
        ),
        ((np.ones(5, "float32"), 1), r"the function takes rank 2: give x\[None\], one row, for"),
        (
            (np.ones((1, 2), "float32"), 0.5),
            "argument 1 is a float; the function takes int32",
        ),
        (("digits", 1), "x is a str; the function takes float32 of rank 2"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            f(*arguments)
        assert "\n" not in str(caught.value)


def test_compiling_is_announced(capsys, monkeypatch):
    """Once, by name, and only when it takes long."""
    x = pt.dscalar("x")
    f = function([x], x + 1, mode="FAST_COMPILE", name="the cost")
    slow = f._function

    def wait(*arguments):
        time.sleep(0.05)
        return slow(*arguments)

    wait.name = f._function.name
    f._function = wait
    monkeypatch.setattr(
        "dltut.machine.backend.spinner", lambda text: notices.spinner(text, after=0.01)
    )
    assert f(1.0) == f(1.0) == 2
    assert capsys.readouterr().err == "compiling the cost, first run only ...\n"


def test_errors_of_operations_are_one_line():
    x, y = pt.dmatrix("x"), pt.ivector("y")
    f = function([x, y], negative_log_likelihood(x, y), mode="FAST_COMPILE")
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            f(np.zeros((1, 2)), np.array([2], "int32"))
        assert "\n" not in str(caught.value) and caught.value.__cause__ is None
    assert f(np.zeros((1, 2)), np.array([1], "int32")) == np.log(2)


def test_an_input_that_nothing_depends_on_is_named():
    x, y = pt.vector("x"), pt.vector("y")
    with pytest.raises(InputError, match=r"do not depend on the input y: leave it out"):
        function([x, y], x.sum(), mode="FAST_COMPILE")


def test_a_full_disk_while_something_is_compiled(monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    f = function([], pt.constant(1.0), mode="FAST_COMPILE", name="step")
    monkeypatch.setattr(full, "name", "step", raising=False)
    monkeypatch.setattr(f, "_function", full)
    with pytest.raises(InputError, match=r"cannot be kept in .* \(No space left on device\): free"):
        f()
