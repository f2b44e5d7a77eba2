"""The pool of threads: every block once, the same numbers with any of them, forks and errors."""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numba
import numpy as np
import pytensor.tensor as pt
import pytest
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.engine import threads
from dltut.kernels.engine.threads import in_parallel, n_threads

_this_thread = types.ExternalFunction("pthread_self", types.intp())

TRAIN = """
import hashlib, threading
import numpy as np, pytensor, pytensor.tensor as pt
from dltut import function
from dltut.models import MLP, RBM, LogisticRegression
from dltut.nn import conv2d, l2, negative_log_likelihood, pool2d
from dltut.optim import sgd

pytensor.config.floatX = "float32"
rng, digest = np.random.RandomState(0), hashlib.sha256()
x, y = pt.fmatrix("x"), pt.ivector("y")
X = rng.uniform(size=(600, 784)).astype("float32")
Y = rng.randint(0, 10, 600).astype("int32")
for model, batch in ((MLP(rng, 784, 500, 10), 20), (LogisticRegression(784, 10), 600)):
    cost = negative_log_likelihood(model(x), y) + 1e-3 * l2(model.weights)
    step = function([x, y], cost, updates=sgd(cost, model.params, 0.1), mode="NUMBA")
    for i in range(10):
        rows = slice(i * batch % 600, i * batch % 600 + batch)
        digest.update(np.asarray(step(X[rows], Y[rows])).tobytes())
    for each in model.params:
        digest.update(each.get_value().tobytes())
rbm = RBM(rng, 784, 500)  # most pixels are off: rows are picked
cost, updates = rbm.cost_updates(x, 0.1, 7, rbm.persistent_chain(20))
step = function([x], cost, updates=updates, mode="NUMBA")
for i in range(5):
    digest.update(np.asarray(step((X[20 * i : 20 * i + 20] > 0.9).astype("float32"))).tobytes())
digest.update(rbm.W.get_value().tobytes())
x, w, b, v = pt.ftensor4("x"), pt.ftensor4("w"), pt.fvector("b"), pt.ftensor4("v")
thick = function([x, w], pytensor.grad((conv2d(x, w, 1) ** 2).sum(), [x, w]), mode="NUMBA")
shapes = (40, 16, 13, 13), (32, 16, 3, 3)
for each in thick(*(rng.normal(size=shape).astype("float32") for shape in shapes)):
    digest.update(each.tobytes())
maps = pt.tanh(pool2d(conv2d(x, w, (1, 2), (2, 1)), (2, 3)) + b[None, :, None, None])
alone = pool2d(conv2d(maps, v), 2, 1)  # windows that overlap: nothing is fused
of_pictures = function([x, w, b, v], pytensor.grad((alone**2).sum(), [w, b, v]), mode="NUMBA")
shapes = (150, 3, 12, 11), (4, 3, 3, 2), (4,), (5, 4, 2, 1)
for each in of_pictures(*(rng.normal(size=shape).astype("float32") for shape in shapes)):
    digest.update(each.tobytes())
helpers = sum(each.name == "dltut" for each in threading.enumerate())
print(helpers, digest.hexdigest())
"""


@numba_njit
def count_block(i, times):
    times[i] += i + 1


@numba_njit
def note_worker(i, who):
    for _ in range(30_000):  # nobody does all blocks before the others come
        who[i] = _this_thread()


@numba_njit
def one_after_the_other(times, repeats):
    for _ in range(repeats):
        in_parallel(count_block, len(times), (times,))


@numba_njit
def block_of_blocks(i, times):
    in_parallel(count_block, len(times[i]), (times[i],))


@pytest.fixture(scope="module")
def count():
    """Adds i + 1 to the i-th number, in parallel, without Python's lock; and again."""
    threads.start()
    return numba.njit(nogil=True)(lambda times, repeats: one_after_the_other(times, repeats))


@pytest.mark.parametrize("blocks", [0, 1, 2, 3, 100, 65_535, 65_536, 70_000])
def test_every_block_once(count, blocks):
    """More blocks than the pool can number are done by the caller alone."""
    times = np.zeros(blocks, "int64")
    count(times, 1)
    np.testing.assert_array_equal(times, np.arange(1, blocks + 1))


def test_one_job_after_another(count):
    """A helper that is late never does a block of the next job twice."""
    times = np.zeros(7, "int64")
    count(times, 20_000)
    np.testing.assert_array_equal(times, 20_000 * np.arange(1, 8))


def test_both_ends():
    """The caller does the first blocks, helpers the last."""
    run = numba.njit(lambda who: in_parallel(note_worker, len(who), (who,)))
    for _ in range(20):
        who = np.zeros(100, "int64")
        run(who)
        own = who == threading.get_ident()
        assert not own[own.sum() :].any()


def test_helpers_that_sleep_wake(count):
    """A pause is longer than helpers look for work."""
    times = np.zeros(100, "int64")
    for _ in range(5):
        threading.Event().wait(0.02)
        count(times, 1)
    np.testing.assert_array_equal(times, 5 * np.arange(1, 101))


def test_helpers_stay_awake_between_two_operations(count):
    """For 30 microseconds, in tries in which nobody else had the processor that watches them."""
    words, times, awake = threads.shared_words(), np.zeros(100, "int64"), []
    now, us = time.perf_counter_ns, 1_000
    deadline = now() + 60_000_000 * us
    while len(awake) < 50 and now() < deadline:
        asleep = start = now()  # the last time a helper was seen asleep
        count(times, 1)
        while words[threads.ASLEEP] > 0 and asleep < start + 5_000 * us:
            asleep = now()
        woke = now()
        while now() < woke + 30 * us:
            pass
        is_awake = words[threads.ASLEEP] == 0
        if woke < min(asleep + 10 * us, start + 5_000 * us) and now() < woke + 35 * us:
            awake.append(is_awake)
        threading.Event().wait(0.001)
    assert np.mean(awake) > 0.7
    while words[threads.ASLEEP] < words[threads.THREADS] - 1 and now() < deadline:
        threading.Event().wait(0.001)
    assert words[threads.ASLEEP] == words[threads.THREADS] - 1


def test_two_threads_of_python(count):
    """Whoever finds the pool busy works alone."""
    arrays = [np.zeros(50, "int64") for _ in range(4)]
    workers = [threading.Thread(target=count, args=(array, 5_000)) for array in arrays]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    for array in arrays:
        np.testing.assert_array_equal(array, 5_000 * np.arange(1, 51))


def test_blocks_of_blocks():
    times = np.zeros((30, 40), "int64")
    run = numba.njit(lambda times: in_parallel(block_of_blocks, len(times), (times,)))
    run(times)
    np.testing.assert_array_equal(times, np.tile(np.arange(1, 41), (30, 1)))


@pytest.fixture(scope="module")
def layer():
    """A product of several blocks."""
    x, W = pt.dmatrices("x", "W")
    compiled = function([x, W], x @ W, mode="NUMBA")
    rng = np.random.default_rng(0)
    given = rng.normal(size=(200, 100)), rng.normal(size=(100, 150))
    compiled(*given)
    return compiled, given


def test_compiled_functions_called_by_two_threads(layer):
    compiled, given = layer
    wanted, found = compiled(*given), []

    def work():
        own = compiled._function.copy(share_memory=False)
        found.extend(own(*given) for _ in range(50))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(found) == 100
    for each in found:
        np.testing.assert_array_equal(each, wanted)


def test_an_error_and_the_next_call(layer):
    compiled, (x, W) = layer
    for _ in range(3):
        with pytest.raises(InputError, match=r"^the columns of one matrix are not as many as"):
            compiled(x, W[1:])
        np.testing.assert_allclose(compiled(x, W), x @ W, atol=1e-12)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process(layer):
    """It has no helpers, and computes the same, as its parent still does."""
    compiled, given = layer
    wanted = compiled(*given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX warns, whose threads the child does not use
        child = os.fork()
    if child == 0:
        signal.alarm(60)  # ends a child that waits for helpers
        same = False
        try:
            same = all(np.array_equal(compiled(*given), wanted) for _ in range(20))
        finally:
            os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(compiled(*given), wanted)


@pytest.mark.parametrize(
    ("numba_threads", "omp_threads", "wanted"),
    [
        ("3", "7", 3),
        (None, "7", 7),
        ("", "2", 2),
        (None, None, None),
        (None, "", None),
        (None, "0", None),
        (None, "-1", None),
        (None, "4,2", None),
        (None, "many", None),
    ],
)
def test_n_threads(monkeypatch, numba_threads, omp_threads, wanted):
    """What is no number above 0 leaves the choice to Numba: all processors."""
    settings = ("NUMBA_NUM_THREADS", numba_threads), ("OMP_NUM_THREADS", omp_threads)
    for name, value in settings:
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert n_threads() == (wanted or numba.config.NUMBA_NUM_THREADS)


def trained(**settings):
    """(helpers, hash of all costs and parameters) of a process with these settings."""
    others = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", TRAIN]
    ended = subprocess.run(
        command, capture_output=True, text=True, env=others | settings, timeout=1200
    )
    assert ended.returncode == 0, ended.stderr
    helpers, digest = ended.stdout.split()
    return int(helpers), digest


def test_results_do_not_depend_on_the_threads():
    """Bit for bit, in trainings of an MLP, a logistic regression and an RBM, and on pictures."""
    alone = trained(NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="4")
    assert alone[0] == 0
    assert trained(OMP_NUM_THREADS="2") == (1, alone[1])
    assert trained(NUMBA_NUM_THREADS="5") == (4, alone[1])
