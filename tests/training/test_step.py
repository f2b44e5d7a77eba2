"""Minibatches by number: the right rows, kept or dropped rests, chunks, means, state."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import shared_dataset
from dltut.datasets import load
from dltut.exceptions import InputError
from dltut.models import MLP, LogisticRegression
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import momentum, sgd
from dltut.training import minibatch_function, minibatch_functions, step

FAST = "FAST_COMPILE"


def numbered(n, chunk_size=None):
    """x[i] = (i, i + 0.5), y[i] = i % 3."""
    x = np.arange(n)[:, None] + np.array([0.0, 0.5])
    return shared_dataset((x, np.arange(n) % 3), chunk_size)


def test_batch_2_of_500_is_rows_1000_to_1499():
    x, y = pt.matrix("x"), pt.ivector("y")
    f = minibatch_function([x, y], [x, y], numbered(1600), 500, mode=FAST)
    rows, labels = f(2)
    np.testing.assert_array_equal(rows[:, 0], np.arange(1000, 1500))
    np.testing.assert_array_equal(labels, np.arange(1000, 1500) % 3)
    assert (f.n_batches, f.n_examples, f.batch_size) == (3, 1500, 500)


@pytest.mark.parametrize("backend", [FAST, "NUMBA", "JAX"])
@pytest.mark.parametrize("chunk_size", [None, 4, 7])
def test_rests(backend, chunk_size):
    """10 rows in threes: every row once with keep, in order; drop leaves the last out."""
    x = pt.matrix("x")
    for partial, rows in (("drop", 9), ("keep", 10)):
        split = numbered(10, chunk_size)
        f = minibatch_function(x, [x], split, 3, partial=partial, mode=backend)
        for _ in range(2):
            found = np.concatenate([np.asarray(f(i)) for i in range(f.n_batches)])
            np.testing.assert_array_equal(found[:, 0], np.arange(rows))
        assert f.n_examples == rows
        for index in (-1, f.n_batches):
            with pytest.raises(IndexError, match=rf"^minibatch {index} of {f.n_batches}"):
                f(index)


def test_mean_counts_examples():
    """In float64, the short last batch with its own weight."""
    x = pt.matrix("x")
    for partial, rows in (("drop", 9), ("keep", 10)):
        f = minibatch_function(x[:, 0].mean(), [x], numbered(10), 3, partial=partial, mode=FAST)
        assert f.mean() == pytest.approx(np.arange(rows).mean(), abs=1e-12)
        assert isinstance(f.mean(), float)
    whole = minibatch_function(x[:, 0].mean(), [x], numbered(10), 10, partial="keep", mode=FAST)
    assert whole.mean() == 4.5


def test_all_minibatches_begin_before_one_is_fetched(monkeypatch):
    """A card computes the next while the last is on its way; of 64 bits, too."""
    jax, events, x = pytest.importorskip("jax"), [], pt.matrix("x")
    f = minibatch_function(x[:, 0].mean(), [x], numbered(10), 3, partial="keep", mode="JAX")
    assert f.mean() == 4.5  # compiles
    of_all, fetched = f._function._function._jitted, jax.device_get
    begun = of_all.started
    monkeypatch.setattr(of_all, "started", lambda *given: events.append("begun") or begun(*given))
    monkeypatch.setattr(jax, "device_get", lambda v: events.append("fetched") or fetched(v))
    assert f.mean() == 4.5
    assert events == ["begun", "begun", "begun", "fetched", "fetched"]  # the last has fewer rows


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_chunks_train_bit_for_bit(backend, floatX):
    """A6, with a rest that is kept, a stateful rule and dropout; three epochs."""
    rs = np.random.RandomState(0)
    data = rs.rand(13, 5), rs.randint(0, 3, 13)
    trained = []
    for chunk_size in (None, 7):
        model = MLP(np.random.RandomState(1), 5, 4, 3, dropout=0.5)
        x, y = pt.matrix("x"), pt.ivector("y")
        cost = negative_log_likelihood(model(x, train=True), y)
        updates = momentum(cost, model.params, 0.1, 0.9)
        step = minibatch_function(
            cost, [x, y], shared_dataset(data, chunk_size), 3, updates, "keep", mode=backend
        )
        costs = [float(step(i)) for _ in range(3) for i in range(step.n_batches)]
        trained.append(
            (costs, {k: np.asarray(v.get_value()).tobytes() for k, v in step.state.items()})
        )
    assert trained[0] == trained[1]
    assert len(trained[0][0]) == 15


def test_a_step_equals_numpy(floatX):
    """One step of softmax regression, from zero: the first cost is ln 10 (B1)."""
    rs = np.random.RandomState(0)
    data, labels = rs.rand(20, 6), rs.randint(0, 10, 20)
    model, x, y = LogisticRegression(6, 10), pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x), y)
    updates = sgd(cost, model.params, 0.5)
    step = minibatch_function(cost, [x, y], shared_dataset((data, labels)), 10, updates, mode=FAST)
    assert step(1) == pytest.approx(np.log(10), rel=1e-6)
    delta = (0.1 - np.eye(10)[labels[10:]]) / 10
    np.testing.assert_allclose(model.W.get_value(), -0.5 * data[10:].T @ delta, atol=1e-6)
    np.testing.assert_allclose(model.b.get_value(), -0.5 * delta.sum(axis=0), atol=1e-6)


def test_state_has_a_name_for_everything():
    model, x, y = (
        MLP(np.random.RandomState(0), 2, 3, 3, dropout=0.5),
        pt.matrix("x"),
        pt.ivector("y"),
    )
    cost = negative_log_likelihood(model(x, train=True), y)
    step = minibatch_function(
        cost, [x, y], numbered(6), 2, momentum(cost, model.params, 0.1, 0.9), mode=FAST
    )
    names = {param.name for param in model.params}
    assert names < set(step.state) and len(step.state) == 2 * len(names) + 1
    assert all(step.state[param.name] is param for param in model.params)
    assert sum(variable.dtype == "uint32" for variable in step.state.values()) == 1
    model.params[1].name = model.params[0].name
    step = minibatch_function(cost, [x, y], numbered(6), 2, sgd(cost, model.params, 0.1), mode=FAST)
    assert {"hidden0.W", "hidden0.W#1"} < set(step.state)
    measure = minibatch_function(errors(model(x), y), [x, y], numbered(6), 2, mode=FAST)
    assert measure.state == {}


def test_refusals():
    x, y = pt.matrix("x"), pt.ivector("y")
    for inputs, size, chunk_size, message in (
        ([x, y], 11, None, "batch_size is 11 but the split has 10 examples: choose"),
        ([x, y], 5, 4, "chunk_size 4 is smaller than batch_size 5: a chunk holds at least one"),
        (
            [pt.tensor4("x")],
            2,
            None,
            "x has rank 4 but the data's x has rank 2: choose a variable of",
        ),
        ([x, y, y], 2, None, "3 inputs for a split of x, y: one variable for each column, in this"),
        ([], 2, None, "0 inputs for a split of x, y: one variable for each column"),
    ):
        with pytest.raises(InputError, match=rf"^{message}"):
            minibatch_function(x.sum(), inputs, numbered(10, chunk_size), size, mode=FAST)
    with pytest.raises(InputError, match=r"^partial is 'skip'; it is 'drop' or 'keep'"):
        minibatch_function(x.sum(), [x], numbered(10), 2, partial="skip", mode=FAST)

    for split in (load("digits", quick=True).train, (np.eye(2), np.arange(2))):
        with pytest.raises(
            InputError, match=r"in main memory: share it first, train = shared_data"
        ):
            minibatch_function(x.sum(), [x], split, 2, mode=FAST)
    with pytest.raises(InputError, match="the outputs depend on none of the inputs: build them"):
        minibatch_function(y.sum(), [x], numbered(10), 2, mode=FAST)
    reals = shared_dataset((np.eye(2), [0.5, 1.0]))
    with pytest.raises(InputError, match="y takes whole numbers but the data's y are real numbers"):
        minibatch_function(x.sum() + y.sum(), [x, y], reals, 2, mode=FAST)


def test_inputs_are_zipped_with_the_columns(floatX):
    """In their order, whatever their names; the last may be left out."""
    columns = {"words": np.arange(12).reshape(6, 2), "length": np.arange(6), "y": np.eye(6)[:, :3]}
    words, length, y = pt.imatrix("words"), pt.ivector("length"), pt.matrix("y")
    for chunk_size in (None, 4):
        split = shared_dataset(columns, chunk_size)
        f = minibatch_function([words, length, y], [words, length, y], split, 2, mode=FAST)
        for index in range(3):
            rows = slice(2 * index, 2 * index + 2)
            for found, column in zip(f(index), columns.values(), strict=True):
                np.testing.assert_array_equal(found, column[rows])
    two = minibatch_function(words.sum() + length.sum(), [words, length], split, 3, mode=FAST)
    assert [int(two(index)) for index in range(2)] == [15 + 3, 51 + 12]


@pytest.mark.parametrize("backend", [FAST, "NUMBA", "JAX"])
def test_every_example_is_measured(backend):
    """Whether a batch fits or not; the tutorials' way leaves some out."""
    x, y = pt.matrix("x"), pt.ivector("y")
    measures = {"mean": x[:, 0].mean(), "label": y.mean()}
    splits = {"valid": numbered(10), "test": numbered(3)}
    kept = minibatch_functions(measures, [x, y], splits, 4, mode=backend)
    assert list(kept) == ["valid_mean", "valid_label", "test_mean", "test_label"]
    assert [f.n_examples for f in kept.values()] == [10, 10, 3, 3]
    assert [f.mean() for f in kept.values()] == pytest.approx([4.5, 0.9, 1.0, 1.0])
    dropped = minibatch_functions({"mean": measures["mean"]}, [x], splits, 4, "drop", FAST)
    assert [(f.n_examples, f.mean()) for f in dropped.values()] == [(8, 3.5), (3, 1.0)]


@pytest.mark.parametrize(
    ("batch_size", "n", "size"), [(20, 1000, 640), (100, 2050, 800), (7, 7, 7)]
)
def test_minibatches_are_measured_together_and_no_share_changes(batch_size, n, size):
    wrong = np.random.default_rng(n).random(n) < 0.1
    split = shared_dataset((wrong.astype("float64")[:, None], np.arange(n)))
    x = split.x.type("x")
    share = {"error": x.mean(dtype="float64")}
    for partial in ("keep", "drop"):
        [measured] = minibatch_functions(
            share, [x], {"valid": split}, batch_size, partial, FAST, at_once=1000
        ).values()
        whole = partial == "keep" or n % batch_size == 0
        assert measured.joint.batch_size == (size if whole else batch_size)
        counted = n if whole else n - n % batch_size
        assert measured.n_examples == counted
        assert measured.mean() == wrong[:counted].sum() / counted
    chunks = shared_dataset((wrong.astype("float64")[:, None], np.arange(n)), chunk_size=n)
    [measured] = minibatch_functions(share, [x], {"valid": chunks}, batch_size, mode=FAST).values()
    assert measured.joint.batch_size == batch_size


def test_a_rest_needs_no_function_of_its_own(monkeypatch):
    """Only JAX slices have a fixed size: elsewhere nothing is compiled twice."""
    compiled, x = [], pt.matrix("x")
    real = step.function
    monkeypatch.setattr(step, "function", lambda *a: compiled.append(a) or real(*a))
    f = minibatch_function(x.sum(), [x], numbered(10), 4, partial="keep", mode=FAST)
    assert float(f(2)) == 8 + 8.5 + 9 + 9.5 and len(compiled) == 1


def test_a_plain_pair_of_shared_variables():
    x, y = pt.matrix("x"), pt.ivector("y")
    split = shared_dataset((np.arange(12.0).reshape(6, 2), np.arange(6)))
    sums = minibatch_function(x.sum() + y.sum(), [x, y], tuple(split), 2, mode="FAST_COMPILE")
    assert [float(sums(i)) for i in range(sums.n_batches)] == [7.0, 27.0, 47.0]
