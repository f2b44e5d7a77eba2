"""Kernels on disk: a second process reads what the first one compiled, closures included."""

import os
import subprocess
import sys

PREPARE = """
from dltut.kernels.engine import gemm
from dltut.kernels.engine.symbols import kept

gemm.prepare("float64")
(product,) = kept().values()
print(sum(product.stats.cache_misses.values()), sum(product.stats.cache_hits.values()))
"""


def test_a_closure_is_compiled_once(tmp_path):
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}

    def misses_and_hits():
        command = [sys.executable, "-c", PREPARE]
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **flags})
        return run.stdout.split() or run.stderr

    assert misses_and_hits() == ["1", "0"]
    assert misses_and_hits() == ["0", "1"]
