import pytest

from dltut.training import EachBatch, EachEpoch, LossHistory, Trainer


def test_loss_history_has_every_cost():
    history = LossHistory()
    Trainer(lambda index: index / 2, 3, [history]).run(max_epochs=2)
    assert history.costs == [0, 0.5, 1, 0, 0.5, 1]


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
