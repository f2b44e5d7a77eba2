"""A second process compiles from the other end: same results, nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os
import numpy as np
import pytensor.tensor as pt
from dltut import function
from dltut.nn import errors, negative_log_likelihood

forks, fork = [], os.fork
os.fork = lambda: forks.append(1) or fork()
x, y = pt.matrix("x", dtype="float64"), pt.ivector("y")
both = function([x, y], [negative_log_likelihood(x, y), errors(x, y)])
rng = np.random.default_rng(0)
given = rng.normal(size=(40, 9)), rng.integers(0, 4, 40).astype("int32")
print([float(each).hex() for each in both(*given)], len(forks))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process is left")
"""


def printed(cache: Path, threads: int) -> list[str]:
    environment = os.environ | {
        "PYTENSOR_FLAGS": f"base_compiledir={cache},floatX=float64",
        "NUMBA_NUM_THREADS": str(threads),
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_second_process(tmp_path):
    cold, end = printed(tmp_path / "two", threads=2)
    alone, _ = printed(tmp_path / "one", threads=1)
    warm, _ = printed(tmp_path / "two", threads=2)
    assert end == "no process is left"
    assert (cold[-1], alone[-1], warm[-1]) == ("1", "0", "0")
    assert cold[:-1] == alone[:-1] == warm[:-1]
