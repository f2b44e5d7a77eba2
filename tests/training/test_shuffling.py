"""Shuffling and iteration modes: which rows, how many minibatches, alike after a resume."""

from itertools import pairwise

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from training.toy import Variable

from dltut import shared_dataset
from dltut.exceptions import InputError
from dltut.training import (
    Checkpoint,
    Extension,
    Order,
    ShuffleEpochs,
    Trainer,
    minibatch_function,
    partial_of,
    row_order,
)
from dltut.training.shuffling import MODES


def batches(mode, n=10, size=3, seed=0):
    """The rows of each minibatch of an epoch."""
    order = row_order(mode, n, size, np.random.default_rng(seed)).tolist()
    n_batches = n // size if partial_of(mode) == "drop" else -(-n // size)
    return [order[size * i : size * i + size] for i in range(n_batches)]


@pytest.mark.parametrize("mode", MODES)
def test_how_many(mode):
    """Ten items in batches of three: 3, 3, 3, 1, or 3 of them where they are even (A5)."""
    assert [len(each) for each in batches(mode)] == [3, 3, 3, 1]
    assert [len(each) for each in batches(f"even_{mode}")] == [3, 3, 3]
    assert batches(mode, seed=1) == batches(mode, seed=1)
    if mode != "sequential":
        assert any(batches(mode, seed=1) != batches(mode, seed=seed) for seed in (2, 3, 4))


def test_which_rows():
    everything = list(range(10))
    assert batches("sequential") == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    shuffled = batches("shuffled_sequential")
    assert sorted(row for each in shuffled for row in each) == everything
    assert shuffled != batches("sequential")
    blocks = batches("batchwise_shuffled_sequential", seed=2)
    assert sorted(blocks[:3]) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]] and blocks[3] == [9]
    firsts = set()
    for seed in range(60):
        for each in batches("random_slice", seed=seed):
            assert each == list(range(each[0], each[0] + len(each)))
            firsts.add(each[0])
    assert firsts == set(range(8))
    drawn = np.array([batches("even_random_uniform", seed=seed) for seed in range(200)])
    counts = np.bincount(drawn.ravel(), minlength=10)
    assert abs(counts / drawn.size - 0.1).max() < 0.03
    assert any(len(set(each)) < 3 for each in drawn.reshape(-1, 3).tolist())


def test_examples_of_like_length_come_together():
    lengths = np.array([5, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])
    orders = []
    for seed in range(40):
        order = row_order("bucketed", 11, 3, np.random.default_rng(seed), lengths)
        assert sorted(order) == list(range(11))
        full = sorted(sorted(each) for each in lengths[order[:9]].reshape(3, 3).tolist())
        assert all(short[-1] <= long[0] for short, long in pairwise(full))
        orders.append(tuple(order))
    assert len({*orders}) > 20 and len({each[-1] for each in orders}) > 5
    assert partial_of("even_bucketed") == "drop"
    with pytest.raises(InputError, match=r"need their lengths, 11 numbers; lengths has shape \(\)"):
        row_order("bucketed", 11, 3, np.random.default_rng(1))
    split = shared_dataset((np.zeros((4, 1)),))
    with pytest.raises(InputError, match=r"their lengths, 4 numbers; lengths has shape \(3,\)"):
        Order(split, "bucketed", 2, seed=1, lengths=[1, 2, 3])


def numbered(mode, outputs=None):
    """Twelve examples that carry their numbers: an order, a step that digests them, the digest."""
    split = shared_dataset((np.arange(24.0).reshape(12, 2), np.arange(12)))
    order = Order(split, mode, batch_size=5, seed=7)
    x, y = pt.matrix("x"), pt.ivector("y")
    digest = pytensor.shared(0.0, name="digest")
    following = 0.9 * digest + (y * pt.arange(1, y.shape[0] + 1)).sum() + x.sum()
    more = {"partial": order.partial, "order": order.rows, "mode": "FAST_COMPILE"}
    outputs = y if outputs == "rows" else following
    step = minibatch_function(outputs, [x, y], split, 5, {digest: following}, **more)
    return split, order, step, digest


@pytest.mark.parametrize("mode", ["sequential", "random_uniform", "even_shuffled_sequential"])
def test_a_step_visits_the_rows_of_the_epoch(mode):
    (split, order, step, _), seen = numbered(mode, "rows"), []

    def look(index):
        seen.append(step(index).tolist())
        return 0.0

    Trainer(look, step.n_batches, [order]).run(max_epochs=2)
    wanted = []
    for epoch in (1, 2):
        order = row_order(mode, 12, 5, np.random.default_rng([7, epoch])).tolist()
        cuts = [order[:5], order[5:10], order[10:]]
        wanted += cuts[:2] if mode.startswith("even_") else cuts
    assert seen == wanted
    np.testing.assert_array_equal(split.y.get_value(), np.arange(12))  # the data stays


def test_labels_stay_with_their_rows(mode):
    """On each backend, the last minibatch too."""
    split = shared_dataset((np.arange(14.0).reshape(7, 2), np.arange(7)))
    order = Order(split, "shuffled_sequential", 3, seed=1)
    x, y = pt.matrix("x"), pt.ivector("y")
    step = minibatch_function([x, y], [x, y], split, 3, None, "keep", order=order.rows)
    seen = []

    def look(index):
        x, y = map(np.asarray, step(index))
        np.testing.assert_array_equal(x, np.stack([2 * y, 2 * y + 1], axis=1))
        seen.extend(y.tolist())
        return 0.0

    Trainer(look, step.n_batches, [order]).run(max_epochs=1)
    assert seen == np.random.default_rng([1, 1]).permutation(7).tolist()


class Interrupt(Extension):
    def after_batch(self, trainer):
        if trainer.log.iteration == 4:
            trainer.stop("in the middle of the second epoch", final=False)


def test_resumed_bit_for_bit(tmp_path):
    """The order is not in the checkpoint: the seed and the epoch give it."""
    _, order, step, whole = numbered("shuffled_sequential")
    Trainer(step, extensions=[order]).run(max_epochs=4)
    for more in ([Interrupt()], []):
        _, order, step, digest = numbered("shuffled_sequential")
        checkpoint = Checkpoint(tmp_path, resume=not more, every_seconds=0.0)
        Trainer(step, extensions=[order, checkpoint, *more]).run(max_epochs=4)
        assert (digest.get_value() == whole.get_value()) == (not more)


def test_refusals():
    split = shared_dataset((np.zeros((6, 2)),))
    with pytest.raises(InputError, match=r"^there is no iteration mode 'shufled_sequential': did"):
        Order(split, "shufled_sequential", 3, seed=1)
    with pytest.raises(InputError, match=r"^batch_size is 7, but there are 6 examples"):
        row_order("sequential", 6, 7, np.random.default_rng(1))
    chunks = shared_dataset((np.zeros((6, 2)),), chunk_size=3)
    with pytest.raises(InputError, match=r"^the rows of a split held in chunks cannot be visited"):
        Order(chunks, "random_slice", 3, seed=1)
    assert Order(chunks, "sequential", 3, seed=1).rows is None


class Split:
    def __init__(self, n=6):
        self.x = Variable(np.arange(2 * n).reshape(n, 2), "x")
        self.y = Variable(np.arange(n), "y")

    def __iter__(self):
        return iter((self.x, self.y))


def test_shuffled_epochs_follow_seed_and_epoch():
    split, orders = Split(), []
    shuffle = ShuffleEpochs(split, seed=7)
    Trainer(lambda index: orders.append(split.y.value) or 0.0, 1, [shuffle]).run(max_epochs=3)
    for epoch, order in enumerate(orders, start=1):
        assert np.array_equal(order, np.random.default_rng([7, epoch]).permutation(6))
    assert np.array_equal(split.y.value, np.arange(6))  # as it was


def test_rows_and_labels_move_together():
    split, pairs = Split(), []
    step = lambda index: pairs.append((split.x.value[:, 0], split.y.value)) or 0.0  # noqa: E731
    Trainer(step, 1, [ShuffleEpochs(split, seed=7)]).run(max_epochs=2)
    for x, y in pairs:
        assert np.array_equal(x, 2 * y)


def test_a_split_in_chunks_cannot_be_shuffled():
    split = Split()
    split.chunk_size = 3
    with pytest.raises(InputError, match="a split held in chunks cannot be shuffled"):
        ShuffleEpochs(split, seed=7)
