"""Memory that is used again: pages are not handed out anew at every step."""

import subprocess
import sys

import pytest

from dltut.kernels.engine.memory import keep_freed_memory

STEPS = """
import ctypes, resource, sys
import numpy as np
from dltut.kernels.engine.memory import keep_freed_memory

def step():
    one, other = np.ones(2**23), np.ones(2**20)  # the first is larger than glibc keeps at most
    return one.sum() + other.sum()

keep_freed_memory() if sys.argv[1] == "keep" else ctypes.CDLL(None).mallopt(-3, 2**20)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not keep_freed_memory(), reason="not the GNU C library")
def test_pages_are_used_again():
    def faults(how):
        command = [sys.executable, "-c", STEPS, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert faults("keep") < 200 < 2000 < faults("give back")
