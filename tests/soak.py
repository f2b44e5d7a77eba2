"""Training, resuming and predicting again and again in one process: its memory stays flat.

``python tests/soak.py --minutes 120`` says every minute how much the process holds. First the same
training runs in processes of their own with 1, 2 and 4 threads: their numbers must be equal.
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from dltut.commands import flags  # noqa: E402

GROWTH = 1.1  # of the memory, from the first tenth of the time to the end
ARGUMENTS = "--dataset digits --quick --no-pictures --n-hidden 20 --max-epochs 2".split()


def main(minutes: float = 120.0, threads: tuple[int, ...] = (1, 2, 4)):
    """Train, resume and predict for some time, and watch the memory.

    Parameters
    ----------
    minutes : float
        How long.
    threads : numbers
        With how many the numbers are compared first; none: with none.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        compare(folder, threads)
        held, begun, told, rounds = [], time.monotonic(), 0.0, 0
        while (seconds := time.monotonic() - begun) < 60 * minutes:
            one_round(folder / str(rounds % 2))
            rounds += 1
            held.append((seconds, megabytes()))
            if seconds >= told:
                print(f"{seconds / 60:.1f} min, {rounds} rounds, {held[-1][1]:.0f} MB", flush=True)
                told += 60
    settled = [each for second, each in held if second > 6 * minutes] or [held[0][1]]
    growth = max(settled[len(settled) // 2 :]) / settled[0]
    print(f"{rounds} rounds, memory {settled[0]:.0f} MB, then at most {growth:.2f} times that")
    raise SystemExit(growth > GROWTH)


def one_round(folder):
    """Train, go on with it, ask the model: all by the commands' own functions."""
    from dltut.commands.predict import predict
    from dltut.datasets import load

    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink()
    script = script_main()
    given = {"run_dir": folder, "dataset": "digits", "quick": True, "pictures": False}
    flags.call(script, **given, n_hidden=(20,))
    flags.call(script, **given, n_hidden=(20,), resume=True)
    assert len(predict(folder, load("digits").test.x[:20])) == 20
    gc.collect()


def script_main():
    """The function of ``scripts/train_mlp.py``."""
    import importlib.util

    path = ROOT / "scripts" / "train_mlp.py"
    spec = importlib.util.spec_from_file_location("train_mlp", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def compare(folder, threads):
    """The log of one training with each number of threads, which must be the same."""
    logs = {}
    for n in threads:
        place = folder / f"threads{n}"
        names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = os.environ | dict.fromkeys(names, str(n)) | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, ROOT / "scripts" / "train_mlp.py", *ARGUMENTS]
        subprocess.run([*command, "--run-dir", place], env=environment, check=True)
        logs[n] = (place / "log.jsonl").read_bytes(), (place / "best.safetensors").read_bytes()
    same = len(set(logs.values())) <= 1
    print(
        f"with {', '.join(map(str, threads))} threads: {'equal' if same else 'different'} numbers"
    )
    assert same, [np.frombuffer(best, "uint8").sum() for _, best in logs.values()]


def megabytes():
    """What the process holds now; where the system does not tell, what it held at most."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    flags.run(main)
