"""The script of a stack killed in each of its phases, resumed, compared with a whole run."""

import os
import subprocess
import sys

import pytest
from kill_and_resume import LONGEST_START, finish, timeless, wait, written

from dltut.machine.serialize import read_arrays

FLAGS = "--dataset digits --n-hidden 20 15 --corruption-levels 0.2 --dropout 0.1"
FLAGS += " --pretrain-batch-size 100 --pretrain-epochs 10 --pretrain-learning-rate 0.01"
FLAGS += " --batch-size 100 --max-epochs 10"


@pytest.fixture
def start(repository):
    def started(run_dir, checkpoint_seconds):
        command = [sys.executable, repository / "scripts" / "train_sda.py", *FLAGS.split()]
        command += ["--run-dir", run_dir, "--checkpoint-seconds", str(checkpoint_seconds)]
        # The mode that starts fastest: files are what is tested.
        flags = {"THEANO_FLAGS": "mode=FAST_COMPILE"}
        environment = os.environ | flags | {"PYTHONPATH": str(repository)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([*command, "--resume"], env=environment, **pipes)

    return started


def kill_when_it_works_on(process, folder):
    """SIGKILL after some rows of this folder's log; nothing has come to its end."""
    log = folder / "log.jsonl"
    for _ in range(3):
        before = written(log)
        wait(process, lambda before=before: written(log) != before, LONGEST_START, interval=0.005)
    process.kill()
    output, _ = process.communicate()
    assert process.returncode == -9, output


def contents(path):
    arrays, header = read_arrays(path)
    return {key: each.tobytes() for key, each in arrays.items()}, timeless(header)


@pytest.mark.slow
def test_kills_in_each_phase_leave_no_trace(start, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    finish(start(whole, 10.0))
    for part in ("layer0", "layer1", "."):
        assert not (killed / part / "last.ckpt").exists()
        kill_when_it_works_on(start(killed, 0.0), killed / part)
        assert (killed / part / "last.ckpt").exists()
    finish(start(killed, 10.0))
    for part in ("layer0", "layer1", "."):
        ours, theirs = killed / part, whole / part
        assert (ours / "log.jsonl").read_bytes() == (theirs / "log.jsonl").read_bytes()
        assert len((ours / "log.jsonl").read_text().splitlines()) == 10
        for name in ("best.safetensors", "last.ckpt"):
            assert contents(ours / name) == contents(theirs / name)
