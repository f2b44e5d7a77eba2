"""Stopped by its budget of time, by Ctrl-C, by SIGKILL, a run ends as if it had not been stopped.

The file that is run has a part of every kind, see everything.yaml.
"""

import os
import signal
import warnings
from pathlib import Path

import pytest
from kill_and_resume import timeless

from dltut.commands.run import Run
from dltut.experiment.phases import read_phases, run_phases
from dltut.experiment.roles import roles
from dltut.machine.serialize import read_arrays
from dltut.training import Extension, read_log

FILE = Path(__file__).parent / "files" / "everything.yaml"


class Disturbed(Extension):
    """Sends this process a signal after a minibatch of a phase, before the checkpoint is there."""

    signal, phase, iteration = None, 0, -1

    def __init__(self, phase: int):
        self.is_meant = phase == self.phase

    def between_batches(self, trainer):
        if self.is_meant and trainer.log.iteration == self.iteration:
            os.kill(os.getpid(), self.signal)


OWN = roles({"extension": {"Disturbed": Disturbed}})


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    settle(monkeypatch, tmp_path)


def settle(patch, folder):
    patch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    patch.setenv("DLTUT_DATA", str(folder / "no data"))
    patch.chdir(folder)


def train(seconds=None, resume=True, checkpoint_seconds=0.0):
    run = Run(run_dir=Path("runs/mine"), resume=resume, checkpoint_seconds=checkpoint_seconds)
    return run_phases(read_phases(FILE, (), OWN), run, seconds)


def disturb(monkeypatch, sent, phase, iteration):
    for name, value in {"signal": sent, "phase": phase, "iteration": iteration}.items():
        monkeypatch.setattr(Disturbed, name, value)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of the runs in which nothing was stopped."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        train(resume=False, checkpoint_seconds=1000.0)
    return folder / "runs"


def assert_same(whole):
    """All files bit for bit, but for the clock."""
    files, others = (
        {path.relative_to(each) for path in each.rglob("*") if path.is_file()}
        for each in (Path("runs"), whole)
    )
    assert files == others and len(files) == 15
    for name in files - {Path("mine", f"phase{i}", "clock.jsonl") for i in (1, 2)}:
        path, other = Path("runs", name), whole / name
        if name.name != "last.ckpt":
            assert path.read_bytes() == other.read_bytes(), name
            continue
        (arrays, header), (expected, facts) = read_arrays(path), read_arrays(other)
        assert timeless(header) == timeless(facts)
        assert arrays.keys() == expected.keys()
        for key, each in arrays.items():
            assert each.dtype == expected[key].dtype, key
            assert each.tobytes() == expected[key].tobytes(), key


def test_everything_is_in_play(whole):
    assert [len(read_log(whole / f"mine/phase{i}")) for i in (1, 2)] == [4, 5]
    arrays = read_arrays(whole / "mine/phase2/last.ckpt")[0]
    kept = {name.rpartition("/")[2] for name in arrays}
    assert {"dense1.mean", "maxout0.b.velocity", "y.W", "costs"} <= kept, kept


def test_a_budget_of_time(whole):
    logs = [train(seconds=0, resume=i > 0) for i in range(5)]
    assert [log.epoch for log in logs] == [1, 2, 3, 1, 2]
    assert train().epoch == 4
    assert_same(whole)


def test_ctrl_c(whole, monkeypatch):
    for i, place in enumerate([(1, 2), (2, 13)]):
        disturb(monkeypatch, signal.SIGINT, *place)
        log = train(resume=i > 0, checkpoint_seconds=1000.0)
        assert (log.stop_reason, log.iteration) == ("interrupted", place[1])
    assert train().iteration == 19
    assert_same(whole)


def test_sigkill(whole, monkeypatch):
    # The last loses the minibatches from the checkpoint on, in which files were written.
    places = [(1, 3, 0.0), (1, 5, 0.0), (2, 7, 0.0), (2, 16, 1000.0)]
    for phase, iteration, seconds in places:
        disturb(monkeypatch, signal.SIGKILL, phase, iteration)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads, which the child never uses
            child = os.fork()
        if not child:
            train(checkpoint_seconds=seconds)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert [len(read_log(f"runs/mine/phase{i}")) for i in (1, 2)] == [4, 4]
    disturb(monkeypatch, None, 0, -1)
    assert train().iteration == 19
    assert_same(whole)
