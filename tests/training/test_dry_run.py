import numpy as np
import pytest
from training.toy import Quadratic

from dltut.exceptions import InputError
from dltut.training import (
    Checkpoint,
    EachEpoch,
    HalveOnNoImprovement,
    Monitor,
    NoImprovement,
    Patience,
    dry_run,
)


class Batches:
    """What `minibatch_function` makes."""

    n_batches, n_examples = 10, 100

    def __call__(self, index):
        return np.float32(0.875) if index == 0 else pytest.fail("another minibatch")

    def mean(self):
        pytest.fail("all minibatches")


def test_one_minibatch_of_everything_and_nothing_written(tmp_path, capsys):
    toy = Quadratic()
    extensions = [
        Monitor(
            {"valid_error": Batches(), "valid_cost": lambda: toy.mean(), "test_error": pytest.fail}
        ),
        Patience(100),
        HalveOnNoImprovement(toy.learning_rate, n_epochs=1),
        EachEpoch(lambda log: pytest.fail("something was written")),
    ]
    distance = toy.mean()
    dry_run(toy, extensions, max_epochs=3)
    cost, error, before = capsys.readouterr().out.splitlines()
    assert cost.startswith("dry run: cost ") and cost.endswith("; nothing was written")
    assert error == "dry run: validation error 87.5 % on the first minibatch, before learning"
    assert f"validation cost {distance:.4g} on" in before
    assert toy.learning_rate.value == np.float32(0.3)


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (NoImprovement(3, channel="valid_eror"), "no valid_eror: did you mean valid_error"),
        (Patience(3, channel="test_error"), "the log's rows have no test_error"),
    ],
)
def test_a_channel_that_is_not_there_is_found_out(criterion, message):
    with pytest.raises(InputError, match=message):
        dry_run(lambda index: 1.0, [Monitor(lambda: 0.5, lambda: 0.5), criterion])


@pytest.mark.parametrize("max_epochs", [-1, 2.5, None])
def test_epochs_that_are_none_are_refused(max_epochs):
    with pytest.raises(InputError, match=r"max_epochs is .*; it counts epochs"):
        dry_run(pytest.fail, [], max_epochs)


def test_a_folder_is_not_touched(tmp_path, capsys):
    dry_run(Quadratic(), [Monitor(), Checkpoint(tmp_path / "run")])
    assert not list(tmp_path.iterdir())
