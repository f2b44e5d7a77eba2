"""The scripts on sequences, killed inside of an epoch and resumed, compared with a whole run."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from dltut.machine.serialize import read_arrays

TEXT = "It was the best of times, it was the worst of times; nobody minded.\n" * 40
MUSIC = "--dataset tunes --n-hidden 6 --n-recurrent 5 --n-steps 12 --batch-size 4"
FLAGS = {
    "adding": "--length 6 --n-hidden 4 --n-train 500 --batch-size 100",
    "power": "--dataset rhythm --steps 6 --n-hidden 4 3 --batch-size 300",
    "chars": "--text text.txt --n-hidden 6 --n-embedding 3 --steps 10 --n-written 30",
    "lstm": "--dataset toy-reviews --n-hidden 6 --cell gru --batch-size 60",
    "rnnslu": "--model bilstm --n-hidden 6 --n-embedding 4 --batch-size 20",
    "rnnrbm": MUSIC,
    "rnnnade": MUSIC,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FLAGS)
def test_a_kill_leaves_no_trace(name, tmp_path, repository):
    if "tunes" in FLAGS[name]:
        pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    (tmp_path / "text.txt").write_text(TEXT)
    command = [sys.executable, str(repository / "scripts" / f"train_{name}.py"), "--quick"]
    command += [*FLAGS[name].split(), "--checkpoint-seconds", "0", "--resume", "--run-dir"]
    # The mode that starts fastest: files are what is tested.
    environment = os.environ | {"PYTHONPATH": str(repository), "THEANO_FLAGS": "mode=FAST_COMPILE"}
    checkpoint = tmp_path / "killed" / "last.ckpt"
    with subprocess.Popen(
        [*command, "killed"], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    ) as killed:
        while killed.poll() is None and not checkpoint.exists():
            time.sleep(0.001)
        killed.send_signal(signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    place = json.loads(read_arrays(checkpoint)[1]["checkpoint"])
    assert (place["iteration"] + 1) % place["n_batches"]  # in the middle of an epoch
    for folder in ("killed", "whole"):
        subprocess.run([*command, folder], cwd=tmp_path, env=environment, check=True)
    for each in ("log.jsonl", "best.safetensors"):
        one, other = (tmp_path / folder / each for folder in ("killed", "whole"))
        assert one.read_bytes() == other.read_bytes(), each
