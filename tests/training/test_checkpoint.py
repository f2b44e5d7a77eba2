import errno
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training.toy import Quadratic, Variable, fingerprint, trainer

import dltut.training.checkpoint
from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays, write_arrays
from dltut.training import (
    Checkpoint,
    EachEpoch,
    Extension,
    LossHistory,
    Monitor,
    Scheduled,
    ShuffleEpochs,
    Trainer,
    read_log,
    read_run,
)

TOY = Path(__file__).with_name("toy.py")
EPOCHS = 4  # of 5 minibatches, with a row every 3


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Nothing waits for the disk: the deaths here are of processes, not of machines."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


class Killed(Exception):
    """Stands for the death of the process: nothing of ours may run on the way out."""


class KillAt(Extension):
    def __init__(self, iteration):
        self.iteration = iteration

    def before_epoch(self, trainer):
        self.after_batch(trainer)

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            raise Killed


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    made = trainer(folder)
    made.run(EPOCHS)
    return fingerprint(folder, made)


@pytest.mark.parametrize("iteration", range(EPOCHS * 5))
@pytest.mark.parametrize("every_seconds", [0.0, 1000.0])
def test_resumed_at_any_minibatch_equals_uninterrupted(
    tmp_path, uninterrupted, iteration, every_seconds
):
    interrupted = trainer(tmp_path, every_seconds=every_seconds, more=[Interrupt(iteration)])
    interrupted.run(EPOCHS)
    assert interrupted.log.iteration == iteration
    resumed = trainer(tmp_path, resume=True)
    assert resumed.log.iteration == iteration
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


class Interrupt(Extension):
    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


@given(st.lists(st.integers(-1, EPOCHS * 5 - 1), max_size=4))
@settings(deadline=None, max_examples=30)
def test_killed_again_and_again_equals_uninterrupted(tmp_path_factory, uninterrupted, kills):
    folder = tmp_path_factory.mktemp("run")
    for iteration in sorted(kills):
        with pytest.raises(Killed):
            trainer(folder, resume=True, more=[KillAt(iteration)]).run(EPOCHS)
    resumed = trainer(folder, resume=True)
    resumed.run(EPOCHS)
    assert fingerprint(folder, resumed) == uninterrupted


def test_epochs_five_and_five_are_ten(tmp_path):
    trainer(tmp_path / "parts").run(5)
    parts = trainer(tmp_path / "parts", resume=True)
    parts.run(10)
    whole = trainer(tmp_path / "whole")
    whole.run(10)
    assert fingerprint(tmp_path / "parts", parts) == fingerprint(tmp_path / "whole", whole)


def test_resuming_a_finished_run_changes_nothing(tmp_path, uninterrupted):
    trainer(tmp_path).run(EPOCHS)
    again = trainer(tmp_path, resume=True)
    again.run(EPOCHS)
    assert fingerprint(tmp_path, again) == uninterrupted


@pytest.mark.parametrize("iteration", [-1, 0, 4])
def test_killed_around_the_row_before_training(tmp_path, iteration):
    def made(folder, *more):
        toy = Quadratic()
        keep = Checkpoint(folder, toy, resume=True, every_seconds=0)
        return Trainer(toy, extensions=[*more, keep, Monitor(toy, at_start=True)])

    with pytest.raises(Killed):
        made(tmp_path / "killed", KillAt(iteration)).run(2)
    made(tmp_path / "killed").run(2)
    made(tmp_path / "whole").run(2)
    for name in ("log.jsonl", "best.safetensors"):
        killed, whole = (tmp_path / folder / name for folder in ("killed", "whole"))
        assert killed.read_bytes() == whole.read_bytes()


def test_a_final_stop_is_remembered(tmp_path):
    def stopped(index):
        return np.nan if index == 3 else 1.0

    Trainer(stopped, 5, [Checkpoint(tmp_path)]).run(9)
    resumed = Trainer(stopped, 5, [Checkpoint(tmp_path, resume=True)])
    assert resumed.run(9).iteration == 3
    assert resumed.log.stop_reason.startswith("the cost is not finite")


def test_schedules_and_shuffling_resume_exactly(tmp_path):
    def costs(folder, stop=None):
        toy = Quadratic()
        split = Variable(toy.targets, "x"), Variable(np.arange(5), "y")
        toy.targets = property
        step_targets = split[0]

        def step(index):
            toy.targets = step_targets.value
            return toy(index)

        history = LossHistory()
        extensions = [
            ShuffleEpochs(split, seed=3),
            Scheduled(toy.learning_rate, lambda step: 0.1 / (1 + step), per="minibatch"),
            history,
            Checkpoint(folder, resume=True, every_seconds=0),
        ]
        if stop is not None:
            extensions.append(Interrupt(stop))
        Trainer(step, 5, extensions, state=toy.state).run(3)
        return history.costs

    whole = costs(tmp_path / "whole")
    for stop in range(14):
        costs(tmp_path / f"parts{stop}", stop)
        assert costs(tmp_path / f"parts{stop}") == whole


def test_kill_at_any_write_is_harmless(tmp_path, uninterrupted, monkeypatch):
    """Die before and after every single replacement of a file, and in every append."""
    replace = os.replace
    for n in itertools.count():
        folder = tmp_path / str(n)
        count = itertools.count()

        def dying(source, target, n=n, count=count):
            if next(count) == n // 2:
                if n % 2:
                    replace(source, target)
                raise Killed
            replace(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", dying)
            try:
                trainer(folder).run(EPOCHS)
                break
            except Killed:
                pass
        resumed = trainer(folder, resume=True)
        resumed.run(EPOCHS)
        assert fingerprint(folder, resumed) == uninterrupted
    assert n > 40


@pytest.mark.parametrize("seed", range(4))
def test_sigkill_in_a_process_and_resume(tmp_path, python_path, seed):
    command = [sys.executable, TOY, tmp_path / "killed", "--seconds", "0.005"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=python_path)
    process.stdout.readline()  # it has begun
    with pytest.raises(InputError, match=r"another process is writing into .*killed: wait"):
        trainer(tmp_path / "killed", resume=True, n_batches=40)
    time.sleep(random.Random(seed).uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / "killed" / ".lock").exists()  # and stops nobody
    resumed = trainer(tmp_path / "killed", resume=True, n_batches=40)
    resumed.run(5)
    assert not (tmp_path / "killed" / ".lock").exists()
    whole = trainer(tmp_path / "whole", n_batches=40)
    whole.run(5)
    assert fingerprint(tmp_path / "killed", resumed) == fingerprint(tmp_path / "whole", whole)


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, uninterrupted, monkeypatch):
    fsync, count = os.fsync, itertools.count()

    def full(descriptor):
        if next(count) == 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match=r"could not be written \(No space left on device\)"):
            trainer(tmp_path).run(EPOCHS)
    assert not list(tmp_path.glob(".*"))  # nothing half-written is left about
    resumed = trainer(tmp_path, resume=True)
    assert 0 <= resumed.log.iteration < 19
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


def test_a_truncated_checkpoint_is_refused(tmp_path):
    trainer(tmp_path).run(1)
    path = tmp_path / "last.ckpt"
    whole = path.read_bytes()
    for length in [*range(0, 200), *range(200, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:length])
        made = trainer(tmp_path / "other")
        with pytest.raises(InputError, match=r"last.ckpt"):
            dltut.training.checkpoint.restore(path, made)
        assert made.log.iteration == -1


def test_a_flipped_bit_is_noticed_or_means_nothing(tmp_path):
    trainer(tmp_path).run(1)
    path = tmp_path / "last.ckpt"
    whole = path.read_bytes()
    arrays, header = read_arrays(path)
    draw = random.Random(0)
    noticed = 0
    for _ in range(400):
        place, bit = draw.randrange(len(whole)), draw.randrange(8)
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        try:
            same, text = dltut.training.checkpoint._read(path)
        except InputError:
            noticed += 1
        else:  # such as white space in the JSON header
            assert text == json.loads(header["checkpoint"])
            assert all(np.array_equal(same[name], arrays[name]) for name in arrays)
    assert noticed > 390


FORMATS = Path(__file__).parents[1] / "formats"
OLD = FORMATS / "0.1" / "toy"


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_a_checkpoint_of_a_version_goes_on_bit_for_bit(tmp_path, uninterrupted, version):
    """Written after eight minibatches; by 0.1 with another checksum and no meaning."""
    shutil.copytree(FORMATS / version / "toy", tmp_path, dirs_exist_ok=True)
    _, header = read_arrays(tmp_path / "last.ckpt")
    is_old = "sha256" in header and "watched" not in header["checkpoint"]
    assert is_old == (version == "0.1")
    resumed = trainer(tmp_path, resume=True)
    assert resumed.log.iteration == 7
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


def test_a_run_is_read_with_what_its_rows_mean(tmp_path):
    made = trainer(tmp_path)
    made.run(EPOCHS)
    log = read_run(tmp_path)
    for name in "n_batches rows clock watched lower n_examples stop_reason".split():
        assert getattr(log, name) == getattr(made.log, name)
    (tmp_path / "last.ckpt").unlink()
    assert read_run(tmp_path).rows == made.log.rows
    assert read_run(OLD).rows == made.log.rows[:2]


FORGED = {
    "n_batches": [0, None, "5", 2.5, True],
    "iteration": [-2, 16, None, 1.5, "3", 10**400],
    "cost": [None, "low", [1], 10**400],
    "seconds": [-1, float("nan"), None, True, 10**400],
    "stop_reason": [3, ["why"]],
    "final": [0, None],
    "rows": [None, {}, [3], [{}], [{"epoch": 1, "iteration": 0, "valid_error": None}] * 6],
    "clock": [None, [], [-1] * 6, ["1"] * 6, [10**400] * 6],
    "extensions": [None, [], {"Monitor1": 3}, {}],
    "watched": [3, "valid_f1"],
    "lower": [None, False],
    "n_examples": [{"valid": "many"}],
}
FORGED_STATES = {
    "Monitor1": [{"n": -1}, {"total": None}, {"m": 1}, {"total": 10**400}, {"n": 10**400}],
    "PolyakAverage1": [{"n": 1.5}],
}
FORGED_ARRAYS = {
    "state/W": [None, np.ones((3, 2)), np.ones((2, 3), "float32")],
    "best/W": [None, np.ones((3, 2))],
    "extension/LossHistory1/costs": [None, np.ones((2, 2)), np.ones(18, "int64"), np.ones(())],
    "extension/PolyakAverage1/W": [None, np.ones(2)],
}


def test_a_forged_checkpoint_changes_nothing(tmp_path):
    trainer(tmp_path / "whole").run(EPOCHS)
    arrays, header = read_arrays(tmp_path / "whole" / "last.ckpt")
    place = json.loads(header["checkpoint"])
    kept = place["extensions"]
    places = [{**place, name: value} for name, values in FORGED.items() for value in values]
    places += [
        {name: value for name, value in place.items() if name != missing}
        for missing in dltut.training.checkpoint.PLACE
    ]
    places += [
        {**place, "extensions": {**kept, key: {**kept[key], **value}}}
        for key, values in FORGED_STATES.items()
        for value in values
    ]
    texts = [json.dumps(each) for each in places] + ["{", "[]", "[" * 100_000]
    forged = [(arrays, text) for text in texts]
    for name, values in FORGED_ARRAYS.items():
        for value in values:
            others = {key: each for key, each in arrays.items() if key != name}
            others |= {} if value is None else {name: value}
            forged.append((others, header["checkpoint"]))
    made = trainer(tmp_path / "other")
    before = {name: value.tobytes() for name, value in made.values().items()}
    states = str([each.state() for each in made.extensions])
    accepted = []
    for others, text in forged:
        write_arrays(tmp_path / "forged.ckpt", others, {"checkpoint": text})
        try:
            dltut.training.checkpoint.restore(tmp_path / "forged.ckpt", made)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            accepted.append(text)
        assert {name: value.tobytes() for name, value in made.values().items()} == before
        assert states == str([each.state() for each in made.extensions])
        assert (made.log.iteration, made.log.rows, made.best) == (-1, [], None)
    assert not accepted


@pytest.mark.parametrize("seconds", [-1, float("nan"), "10", None, True])
def test_seconds_between_checkpoints_are_a_number(tmp_path, seconds):
    with pytest.raises(InputError, match="every_seconds is"):
        Checkpoint(tmp_path, every_seconds=seconds)


def test_the_order_of_checkpoint_and_monitor_does_not_matter(tmp_path):
    def made(resume):
        toy = Quadratic()
        extensions = [Checkpoint(tmp_path, toy, resume=resume), Monitor(toy, toy, every=3)]
        return Trainer(toy, extensions=extensions)

    made(resume=False).run(2)
    resumed = made(resume=True)
    resumed.run(3)
    assert resumed.log.watched == "valid_error" and len(resumed.log.rows) == 5


def test_another_watched_channel_is_named(tmp_path):
    def made(lower, resume=False):
        monitor = Monitor({"score": Quadratic()}, watch="score", lower=lower)
        return Trainer(Quadratic(), extensions=[monitor, Checkpoint(tmp_path, resume=resume)])

    made(lower=True).run(1)
    with pytest.raises(
        InputError, match="another run: lower is better is True there and False here"
    ):
        made(lower=False, resume=True)


def test_a_file_of_another_kind_is_refused(tmp_path):
    write_arrays(tmp_path / "last.ckpt", {"W": np.ones(2)}, {})
    with pytest.raises(InputError, match="is no checkpoint of a training run"):
        trainer(tmp_path, resume=True)


def altered(tmp_path, **options):
    Trainer(Quadratic(), extensions=[Checkpoint(tmp_path)]).run(1)
    toy = Quadratic(**options)
    return toy, [Checkpoint(tmp_path, resume=True)]


def test_another_shape_is_named(tmp_path):
    toy, extensions = altered(tmp_path, shape=(3, 4))
    with pytest.raises(
        InputError,
        match=r"made by another run: W is float32 \(3, 2\) there and float32 \(3, 4\) here; "
        r"W.velocity is .* Resume with the arguments of that run",
    ):
        Trainer(toy, extensions=extensions)
    assert not toy.W.value.any()  # unchanged


def test_another_dtype_is_named(tmp_path):
    toy, extensions = altered(tmp_path)
    toy.W.value = toy.W.value.astype("float64")
    with pytest.raises(InputError, match=r"W is float32 \(3, 2\) there and float64 \(3, 2\) here"):
        Trainer(toy, extensions=extensions)


def test_another_parameter_is_named(tmp_path):
    toy, extensions = altered(tmp_path)
    state = toy.state | {"b": Variable(np.zeros(2), "b")}
    with pytest.raises(InputError, match=r"b is missing there and float64 \(2,\) here"):
        Trainer(toy, extensions=extensions, state=state)


def test_another_batch_size_is_named(tmp_path):
    toy, extensions = altered(tmp_path, n_batches=9)
    with pytest.raises(InputError, match="minibatches in an epoch is 5 there and 9 here"):
        Trainer(toy, extensions=extensions)


def test_other_extensions_are_named(tmp_path):
    toy, extensions = altered(tmp_path)
    with pytest.raises(
        InputError, match="Monitor1 is missing there and an extension with n, total here"
    ):
        Trainer(toy, extensions=[Monitor(toy), *extensions])


def test_a_run_is_not_overwritten(tmp_path):
    trainer(tmp_path).run(1)
    before = (tmp_path / "last.ckpt").read_bytes()
    with pytest.raises(InputError, match=r"last.ckpt holds a run already: resume it"):
        trainer(tmp_path)
    assert (tmp_path / "last.ckpt").read_bytes() == before


def test_a_broken_minibatch_is_not_saved(tmp_path, uninterrupted):
    class Break(Extension):
        def between_batches(self, trainer):
            if trainer.log.iteration == 7:
                raise KeyboardInterrupt

    trainer(tmp_path, every_seconds=0, more=[Break()]).run(EPOCHS)
    resumed = trainer(tmp_path, resume=True)
    assert resumed.log.iteration == 6
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


def test_best_model_is_the_best(tmp_path):
    made = trainer(tmp_path)
    made.run(EPOCHS)
    arrays, _ = read_arrays(tmp_path / "best.safetensors")
    assert np.array_equal(arrays["W"], made.best["W"])
    assert min(row["valid_error"] for row in read_log(tmp_path)) == made.step.mean()


def test_seconds_go_on_counting(tmp_path):
    first = trainer(tmp_path)
    first.log.set_seconds(100.0)
    first.run(1)
    second = trainer(tmp_path, resume=True)
    assert second.log.seconds >= 100
    second.run(2)
    seconds = [row["seconds"] for row in read_log(tmp_path)]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 100


def test_checkpoints_wait_for_their_time(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(dltut.training.checkpoint, "save", lambda *all: saved.append(all))
    trainer(tmp_path, every_seconds=1000.0).run(EPOCHS)
    assert len(saved) == 1  # at the end


def test_a_run_that_never_began_can_be_resumed(tmp_path, uninterrupted):
    made = trainer(tmp_path)
    made.run(0)
    resumed = trainer(tmp_path, resume=True)
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


def test_a_run_killed_before_its_first_checkpoint_begins_again(tmp_path, uninterrupted, capsys):
    with pytest.raises(Killed):
        trainer(tmp_path, every_seconds=1000.0, more=[KillAt(7)]).run(EPOCHS)
    resumed = trainer(tmp_path, resume=True)
    assert "has no checkpoint yet: beginning again" in capsys.readouterr().err
    resumed.run(EPOCHS)
    assert fingerprint(tmp_path, resumed) == uninterrupted


def test_best_without_validation(tmp_path):
    """A run that no validation error judges keeps its last model, from the first checkpoint on."""
    toy, seen = Quadratic(), []
    note = EachEpoch(lambda log: seen.append((tmp_path / "best.safetensors").exists()))
    checkpoint = Checkpoint(tmp_path, toy, every_seconds=0)
    Trainer(toy, extensions=[Monitor(norm=toy), note, checkpoint]).run(3)
    assert seen == [True] * 3
    arrays, _ = read_arrays(tmp_path / "best.safetensors")
    np.testing.assert_array_equal(arrays["W"], toy.W.value)
