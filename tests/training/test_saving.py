import json

import numpy as np
import pytest
from training.toy import Quadratic

from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.training import (
    Checkpoint,
    Extension,
    Monitor,
    NoImprovement,
    SaveBest,
    SaveEvery,
    Trainer,
)

VALUES = [0.5, 0.3, float("nan"), 0.4, 0.1, 0.2, 0.1]


class Ends(Extension):
    """Stands for a death of the process between two minibatches."""

    def __init__(self, iteration):
        self.iteration = iteration

    def between_batches(self, trainer):
        if trainer.log.iteration == self.iteration:
            raise RuntimeError


class Numbered:
    """A model that counts its steps."""

    def __init__(self):
        self.toy = Quadratic(n_batches=1)
        self.params, self.arguments = [self.toy.W], {}
        self.state = {"W": self.toy.W}
        self.n_batches = 1

    def __call__(self, index):
        self.toy.W.set_value(self.toy.W.value + np.float32(1))
        return 1.0

    def mean(self):
        return VALUES[int(self.toy.W.value[0, 0]) - 1]


def at(path):
    arrays, header = read_arrays(path)
    return int(arrays["W"][0, 0]), header


@pytest.mark.parametrize("first", [True, False])
def test_the_file_holds_the_minimum(tmp_path, first):
    model, path = Numbered(), tmp_path / "best.safetensors"
    save = SaveBest(model, path, "cost", header={"classes": ["a", "b"]})
    monitor = Monitor({"cost": model})
    Trainer(model, extensions=[save, monitor] if first else [monitor, save]).run(7)
    step, header = at(path)
    assert step == 5  # a tie is not better
    assert header["classes"] == ["a", "b"]
    assert (header["channel"], header["value"], header["epoch"]) == ("cost", 0.1, 5)


@pytest.mark.parametrize(
    ("options", "step"),
    [
        ({"lower": False}, 1),
        ({"lower": False, "start_epoch": 2}, 4),
        ({"start_epoch": 6}, 7),
        ({"start_epoch": 5}, 5),
    ],
)
def test_direction_and_first_epoch(tmp_path, options, step):
    model, path = Numbered(), tmp_path / "best.safetensors"
    Trainer(
        model, extensions=[Monitor({"cost": model}), SaveBest(model, path, "cost", **options)]
    ).run(7)
    assert at(path)[0] == step


def test_the_watched_channel_as_the_log_says(tmp_path):
    model, path = Numbered(), tmp_path / "best.safetensors"
    monitor = Monitor({"cost": model}, watch="cost", lower=False)
    Trainer(model, extensions=[monitor, SaveBest(model, path)]).run(4)
    assert at(path)[0] == 1


def test_the_best_from_before_training(tmp_path):
    model, path = Quadratic(), tmp_path / "best.safetensors"
    values = iter([0.1, 0.2, 0.3])
    monitor = Monitor({"cost": lambda: next(values)}, at_start=True)
    Trainer(model, extensions=[SaveBest(model, path, "cost"), monitor]).run(2)
    arrays, header = read_arrays(path)
    assert header["epoch"] == 0
    assert not arrays["W"].any()


@pytest.mark.parametrize("dies_after", range(6))
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 3, 1, 0]])
def test_files_of_a_resumed_run_are_those_of_the_whole(tmp_path, dies_after, order):
    """Whichever comes first at the end of a minibatch: the checkpoint, these files, the death."""

    def run(folder, *deaths):
        for death in [*deaths, None]:
            model = Numbered()
            made = [
                Checkpoint(folder, model, resume=True, every_seconds=0),
                Monitor({"cost": model}),
                SaveBest(model, folder / "cost.safetensors", "cost"),
                SaveEvery(model, folder / "last.safetensors", every=3),
            ]
            made = [made[i] for i in order]
            made.insert(order.index(0) + 1, Ends(death))
            trainer = Trainer(model, extensions=made)
            if death is None:
                trainer.run(7)
            else:
                with pytest.raises(RuntimeError):
                    trainer.run(7)
        names = "cost.safetensors", "last.safetensors", "log.jsonl"
        return [(folder / name).read_bytes() for name in names]

    whole = run(tmp_path / "whole")
    assert run(tmp_path / "parts", dies_after) == whole
    assert json.loads(whole[2].splitlines()[-1])["epoch"] == 7
    assert at(tmp_path / "parts" / "cost.safetensors")[0] == 5
    assert at(tmp_path / "parts" / "last.safetensors")[0] == 7


def test_every_other_epoch_and_at_the_end(tmp_path):
    model, path, saved = Numbered(), tmp_path / "last.safetensors", []

    class Note(Extension):
        def between_batches(self, trainer):
            saved.append(at(path)[0] if path.exists() else 0)

    Trainer(model, extensions=[SaveEvery(model, path, every=2), Note()]).run(5)
    assert saved == [0, 2, 2, 4, 5]
    assert at(path)[1]["epoch"] == 5


def test_the_last_and_not_the_best_is_there_when_a_criterion_ends_the_run(tmp_path):
    model, path = Numbered(), tmp_path / "last.safetensors"
    extensions = [Monitor({"cost": model}, watch="cost"), NoImprovement(2)]
    log = Trainer(model, extensions=[*extensions, SaveEvery(model, path, every=100)]).run(99)
    assert log.epoch == 4
    assert at(path)[0] == 4
    assert model.toy.W.value[0, 0] == 2  # the best


def test_numbers_that_count_nothing():
    with pytest.raises(InputError, match="every is 0; it counts epochs"):
        SaveEvery(None, "a.safetensors", every=0)
    with pytest.raises(InputError, match=r"start_epoch is 1.5; it counts epochs"):
        SaveBest(None, "a.safetensors", start_epoch=1.5)
