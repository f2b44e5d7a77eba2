"""On disk: a second process reads what the first one compiled, closures and graphs included."""

import os
import subprocess
import sys

import pytest

PREPARE = """
from dltut.kernels.engine import gemm
from dltut.kernels.engine.symbols import kept

gemm.prepare("float64")
(product,) = kept().values()
print(sum(product.stats.cache_misses.values()), sum(product.stats.cache_hits.values()))
"""

GRAPH = """
import pytensor.tensor as pt
from dltut import function

x = pt.dvector("x")
f = function([x], x - 1, mode="NUMBA")
f([1.0])
stats = f._function.vm.jit_fn.stats
print(sum(stats.cache_misses.values()), sum(stats.cache_hits.values()))
"""


@pytest.mark.parametrize("program", [PREPARE, GRAPH])
def test_what_one_process_compiled_the_next_one_reads(program, tmp_path):
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}

    def misses_and_hits():
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **flags})
        return run.stdout.split() or run.stderr

    assert misses_and_hits() == ["1", "0"]
    assert misses_and_hits() == ["0", "1"]
