import numpy as np
import pytest
from training.toy import Variable

from dltut.exceptions import InputError
from dltut.training import EachBatch, EachEpoch, LossHistory, ShuffleEpochs, Trainer


class Split:
    def __init__(self, n=6):
        self.x = Variable(np.arange(2 * n).reshape(n, 2), "x")
        self.y = Variable(np.arange(n), "y")

    def __iter__(self):
        return iter((self.x, self.y))


def test_loss_history_has_every_cost():
    history = LossHistory()
    Trainer(lambda index: index / 2, 3, [history]).run(max_epochs=2)
    assert history.costs == [0, 0.5, 1, 0, 0.5, 1]


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


def test_functions_are_called_after_each_batch_and_each_epoch():
    batches, epochs = [], []
    extensions = [
        EachBatch(lambda log: batches.append((log.epoch, log.minibatch, log.cost))),
        EachEpoch(lambda log: epochs.append(log.epoch)),
    ]
    Trainer(lambda index: float(index), 2, extensions).run(max_epochs=2)
    assert batches == [(1, 0, 0.0), (1, 1, 1.0), (2, 0, 0.0), (2, 1, 1.0)]
    assert epochs == [1, 2]


@pytest.mark.parametrize("kind", [EachBatch, EachEpoch])
def test_a_function_may_end_the_run(kind):
    def enough(log):
        if log.iteration >= 3:
            raise StopIteration("enough")

    log = Trainer(lambda index: 1.0, 2, [kind(enough)]).run(max_epochs=9)
    assert (log.iteration, log.stop_reason) == (3, "enough")
