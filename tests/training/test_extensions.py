import numpy as np
import pytest
from training.toy import Quadratic, Variable

from dltut.exceptions import InputError
from dltut.training import LossHistory, PolyakAverage, ShuffleEpochs, Trainer


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


def test_polyak_average_is_the_mean_of_the_iterates():
    iterates, toy = [], Quadratic()

    def step(index):
        cost = toy(index)
        iterates.append(toy.W.get_value())
        return cost

    average = PolyakAverage([toy.W], start=3)
    Trainer(step, 5, [average]).run(max_epochs=2)
    plain = Quadratic()
    Trainer(plain).run(max_epochs=2)
    assert np.array_equal(plain.W.value, toy.W.value)  # training itself is unchanged
    assert average.n == 7
    np.testing.assert_allclose(
        average.values()["W"], np.mean(iterates[3:], axis=0, dtype="float64"), rtol=1e-14
    )


@pytest.mark.parametrize("start", [-1, 0.5, None])
def test_polyak_average_starts_at_an_iteration(start):
    with pytest.raises(InputError, match=r"start is .*; it counts iterations"):
        PolyakAverage([Variable(np.ones(2), "W")], start=start)


def test_polyak_average_before_its_start():
    with pytest.raises(InputError, match="averaging starts at iteration 5"):
        PolyakAverage([Variable(np.ones(2), "W")], start=5).values()
