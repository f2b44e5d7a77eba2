"""Seconds from the command to the first line of training, with an empty and with a full cache."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import table

from dltut.commands.flags import run
from dltut.exceptions import InputError

HERE = Path(__file__).parent
FIRST = "epoch 1"  # how the line of the first validation begins
HEADER = ("script", "cache", "s to the first validation", "s in all", "MB")


def main(
    scripts: tuple[str, ...] = ("logistic", "mlp", "lenet"),
    dataset: str = "digits",
    memory: str | None = None,
    out: Path = Path("docs/speed"),
):
    """Launch training scripts with an empty cache and again with a full one.

    Parameters
    ----------
    scripts : names
        Of scripts/train_NAME.py.
    memory : data set
        Also report the peak memory of train_mlp.py on it, such as mnist or the path of its files.
    out : folder
        For cold_start.csv and .rst.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in scripts:
            cache = Path(folder) / name
            for state in ("empty", "full"):
                rows.append([name, state, *launch(name, dataset, cache)])
                print(table.aligned([HEADER, *rows]), end="\n\n", flush=True)
        if memory:
            for state in ("empty", "full"):
                cache = Path(folder) / "memory"
                rows.append([f"mlp, {memory}", state, *launch("mlp", memory, cache)])
                print(table.aligned([HEADER, *rows]))
    table.write_one(out / "cold_start", HEADER, rows)


def launch(script: str, dataset: str, cache: Path) -> list[str]:
    """Seconds to the first validation and to the end of one epoch, and the peak memory."""
    with tempfile.TemporaryDirectory() as run_dir, tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, str(HERE.parent / "scripts" / f"train_{script}.py")]
        command += ["--dataset", dataset, "--max-epochs", "1", "--run-dir", f"{run_dir}/run"]
        variables = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={cache}"}
        variables["PYTHONPATH"] = os.pathsep.join(
            [str(HERE.parent), variables.get("PYTHONPATH", "")]
        )
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=variables
        )
        first = seconds_to(FIRST, process.stdout, start)
        process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        errors.seek(0)
        if status or first is None:
            raise InputError(f"train_{script}.py failed: {errors.read().strip()[-300:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return [f"{first:.1f}", f"{seconds:.1f}", f"{usage.ru_maxrss * unit / 1e6:.0f}"]


def seconds_to(beginning: str, lines, start: float) -> float | None:
    """When the first line that begins so came."""
    for line in lines:
        if line.startswith(beginning):
            return time.perf_counter() - start
    return None


if __name__ == "__main__":
    run(main)
