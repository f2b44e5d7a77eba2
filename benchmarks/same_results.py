"""Whether two checkouts compute the same, bit for bit: every script and experiment, run small.

It imports nothing of dltut: each run is a process with one of the checkouts on its path.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from safetensors.numpy import load_file

DIGITS = "--dataset digits"
SMALL = f"{DIGITS} --n-hidden 50"
STACK = f"{DIGITS} --n-hidden 40 30 --pretrain-epochs 1 --max-epochs 2 --learning-rate 0.5"
STACK += " --batch-size 20 --pretrain-batch-size 20"
RUNS = {
    "logistic": f"train_logistic.py {DIGITS} --max-epochs 4",
    "logistic-cg": f"train_logistic_cg.py {DIGITS} --max-epochs 5",
    "mlp": f"train_mlp.py {SMALL} --l1-reg 1e-4 --max-epochs 3",
    "mlp-float64": f"train_mlp.py {DIGITS} --n-hidden 30 20 --max-epochs 2 --floatX float64",
    "lenet": f"train_lenet.py {SMALL} --n-kernels 4 6 --batch-size 100 --max-epochs 2",
    "da": f"train_da.py {SMALL} --max-epochs 2",
    "ca": f"train_ca.py {SMALL} --max-epochs 2",
    "rbm": f"train_rbm.py {SMALL} --k 3 --n-steps 20 --max-epochs 2",
    "rbm-cd": f"train_rbm.py {SMALL} --k 2 --n-steps 5 --max-epochs 1 --no-persistent",
    "sda": f"train_sda.py {STACK} --corruption-levels 0.2 --dropout 0.2",
    "dbn": f"train_dbn.py {STACK} --cached",
    "hmc": "sample_hmc.py --n-draws 50 --burn-in 20",
    "yaml-logistic": "train.py experiments/logistic.yaml --quick",
    "yaml-mlp": "train.py experiments/mlp.yaml --quick",
    "yaml-mlp-dropout": "train.py experiments/mlp_dropout.yaml --quick",
    "yaml-lenet": "train.py experiments/lenet.yaml --quick",
}
SHOWN = 8  # differences of a run
ARRAYS = ("best.safetensors", "last.ckpt", "samples.safetensors")


class Failed(Exception):
    """A script ended with an error; the message is what it printed."""


def main():
    """Run both checkouts and compare what they leave; status 1 if something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path, help="a checkout, such as one of an earlier commit")
    parser.add_argument("after", type=Path, help="another")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="RUN")
    parser.add_argument("--keep", type=Path, help="a folder for the runs; those before stay there")
    parser.add_argument("--threads", default="2", help="of every run (default: %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = (given.keep or Path(own)).resolve()
        same = [compare(name, given, folder) for name in given.only]
    print(f"{sum(same)} of {len(same)} runs are the same bit for bit")
    sys.exit(not all(same))


def compare(name, given, folder):
    """Whether the runs of this name are the same; what differs is printed."""
    before, after = folder / "before" / name, folder / "after" / name
    start = time.monotonic()
    try:
        if not before.exists():
            run(name, given.before.resolve(), before, given.threads)
        run(name, given.after.resolve(), after, given.threads)
    except Failed as error:
        print(f"{name:<18}FAILED\n{error}", flush=True)
        return False
    seconds, (one, other) = time.monotonic() - start, map(results, (before, after))
    different = [key for key in one.keys() & other.keys() if one[key] != other[key]]
    # What a checkpoint holds beside parameters may change; a lost parameter or row may not.
    different += [key for key in one.keys() - other.keys() if "last.ckpt: " not in key]
    verdict = f"DIFFERENT in {len(different)}" if different else "same"
    print(f"{name:<18}{verdict} of {len(one)} values, {seconds:.0f} s", flush=True)
    for key in sorted(different)[:SHOWN]:
        print(f"    {key}: {one[key]} before, {other.get(key)} after", flush=True)
    return not different


def run(name, checkout, folder, threads):
    """Run a script of a checkout into a folder, its data folder empty."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f"{name}.unfinished")
    for old in (unfinished, folder):
        shutil.rmtree(old, ignore_errors=True)
    script, *flags = RUNS[name].split()
    flags = [str(checkout / "scripts" / flag) if ".yaml" in flag else flag for flag in flags]
    command = [sys.executable, checkout / "scripts" / script, *flags, "--run-dir", unfinished]
    pools = {f"{pool}_NUM_THREADS": threads for pool in ("OMP", "NUMBA", "OPENBLAS")}
    places = {"PYTHONPATH": str(checkout), "DLTUT_DATA": str(folder / "no data")}
    ended = subprocess.run(
        command,
        env={**os.environ, **pools, **places},
        cwd=folder.parent,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise Failed(f"{ended.stdout}{ended.stderr}")
    unfinished.rename(folder)


def results(folder):
    """{name: hash or number} of all arrays and all logged numbers of a run."""
    found = {}
    for path in sorted(folder.rglob("*")):
        where = path.relative_to(folder)
        if path.name in ARRAYS:
            for name, array in load_file(path).items():
                content = f"{array.dtype} {array.shape}".encode() + array.tobytes()
                found[f"{where}: {name}"] = hashlib.sha256(content).hexdigest()
        elif path.name == "log.jsonl":
            rows = map(json.loads, path.read_text().splitlines())
            for number, row in enumerate(rows):
                found |= {f"{where}: row {number}: {key}": row[key] for key in row}
    return found


if __name__ == "__main__":
    main()
