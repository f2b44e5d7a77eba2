"""Kill a training run with SIGKILL at random moments, resume it, compare it with a whole one.

``python tests/kill_and_resume.py --kills 50`` trains kill_and_resume.yaml once in peace; then it
starts the same run again and again, each time killing the process somewhere: while it builds the
model and reads the checkpoint, at a random moment of the training, or while a file is being
written. When a killed run has come to its end the files must be equal to those of the run in
peace, bit for bit; another run begins until there were as many kills as asked for.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

import numpy as np

from dltut.commands.flags import run
from dltut.machine.serialize import read_arrays

ROOT = Path(__file__).parents[1]
EXPERIMENT = Path(__file__).with_suffix(".yaml")
MOMENTS = ["starting", "training", "training", "training", "saving", "saving"]
CHECKPOINT_SECONDS = [0.0, 0.0, 0.1, 0.5]  # what a kill may cost
LONGEST_START = 300.0  # seconds


def main(
    kills: int = 50,
    seed: int = 0,
    mode: Literal["NUMBA", "JAX", "FAST_COMPILE"] = "NUMBA",
    folder: Path | None = None,
):
    """Kill a run at random moments, resume it each time, and compare it with a whole one.

    Parameters
    ----------
    kills : int
        How many processes are killed.
    seed : int
        Of the moments.
    mode : str
        The backend.
    folder : path
        Where the runs are kept; default: a temporary one.
    """
    with tempfile.TemporaryDirectory() as temporary:
        prove(Path(folder or temporary), kills, random.Random(seed), mode)


def prove(folder, kills, draw, mode="NUMBA"):
    """Kill so many processes; how often each moment was met, and the files half-written."""
    whole = folder / "whole"
    if mode != "FAST_COMPILE":  # which starts as fast the first time
        finish(start(folder / "cache", mode, checkpoint_seconds=10.0))
    process, begun = start(whole, mode, checkpoint_seconds=10.0), time.monotonic()
    wait(process, (whole / "log.jsonl").exists, LONGEST_START)
    start_seconds = time.monotonic() - begun
    finish(process)
    tell(f"the whole run: {rows_of(whole)} rows, {seconds_of(whole):.1f} s of training")
    done, n_runs, met = 0, 0, dict.fromkeys((*MOMENTS, "half-written files"), 0)
    while done < kills:
        killed = folder / f"killed{n_runs}"
        pause = seconds_of(whole)  # each save takes time, too, so it is a small part of a run
        while done < kills and iteration_of(killed) != iteration_of(whole):
            process = start(killed, mode, draw.choice(CHECKPOINT_SECONDS))
            moment = draw.choice(MOMENTS)
            if not kill(process, killed, moment, start_seconds, pause, draw):
                break
            done, met[moment] = done + 1, met[moment] + 1
            left = [path.name for path in killed.glob(".*")]
            met["half-written files"] += bool(left)
            place = f"while {moment}, checkpoint of iteration {iteration_of(killed)}"
            tell(f"kill {done}: {place} {' '.join(left)}")
        else:
            finish(start(killed, mode, checkpoint_seconds=10.0))
        n_runs += 1
        assert_equal(killed, whole)
        tell(f"{killed.name}: equal to the whole run, bit for bit")
    tell(f"{done} kills in {n_runs} runs, mode {mode}: {met}")
    return met


def tell(text):
    print(text, flush=True)


def start(run_dir, mode, checkpoint_seconds):
    """A process that trains into a folder, going on from what is there."""
    before = os.environ.get("PYTHONPATH")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), before))),
        "THEANO_FLAGS": f"mode={mode}",
        "OPENBLAS_NUM_THREADS": "1",  # threads that wait for each other would take all the time
        "CHECKPOINT_SECONDS": str(checkpoint_seconds),
    }
    command = [sys.executable, "-m", "dltut", "train", EXPERIMENT, "--run-dir", run_dir, "--resume"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


def kill(process, run_dir, moment, start_seconds, pause, draw):
    """Kill the process at a moment; False if it had come to its end before."""
    if moment == "starting":
        wait(process, lambda: False, draw.uniform(0, start_seconds))
    else:
        log, since = run_dir / "log.jsonl", written(run_dir / "log.jsonl")
        wait(process, lambda: written(log) != since, LONGEST_START, interval=0.01)
        wait(process, lambda: False, draw.uniform(0, pause), interval=0.01)
    if moment == "saving":
        old = set(run_dir.glob(".*"))
        wait(process, lambda: set(run_dir.glob(".*")) - old, LONGEST_START, interval=0)
    process.kill()
    output, _ = process.communicate()
    if process.returncode == 0:
        return False
    assert process.returncode == -9, output
    return True


def wait(process, has_come, seconds, interval=0.05):
    """Until something has come, the process has ended, or the seconds are over."""
    until = time.monotonic() + seconds
    while process.poll() is None and not has_come() and time.monotonic() < until:
        time.sleep(interval)


def finish(process):
    output, _ = process.communicate()
    assert process.returncode == 0, output


def written(path):
    """Changes whenever the file is replaced or written."""
    return (path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None


def assert_equal(killed, whole):
    """Parameters, everything in the checkpoint but the clock, the log: all bit for bit."""
    assert (killed / "log.jsonl").read_bytes() == (whole / "log.jsonl").read_bytes()
    for name in ("best.safetensors", "last.ckpt"):
        (arrays, header), (others, facts) = (read_arrays(each / name) for each in (killed, whole))
        assert arrays.keys() == others.keys(), name
        for key, values in arrays.items():
            assert values.dtype == others[key].dtype and values.shape == others[key].shape, key
            assert values.tobytes() == others[key].tobytes(), f"{name}: {key}"
        assert timeless(header) == timeless(facts), name
    assert np.isfinite(arrays["state/hidden0.W"]).all() and len(arrays) > 20


def timeless(header):
    """The header of a file without what the clock has made of it."""
    place = json.loads(header.get("checkpoint", "{}"))
    return {**header, "sha256": None, "checkpoint": {**place, "clock": None, "seconds": None}}


def iteration_of(run_dir):
    path = run_dir / "last.ckpt"
    if not path.exists():
        return None
    return json.loads(read_arrays(path)[1]["checkpoint"])["iteration"]


def rows_of(run_dir):
    return len((run_dir / "log.jsonl").read_text().splitlines())


def seconds_of(run_dir):
    last = (run_dir / "clock.jsonl").read_text().splitlines()[-1]
    return json.loads(last)["seconds"]


if __name__ == "__main__":
    run(main)
