"""The comparison of two checkouts, on checkouts of one script that only pretends to train."""

import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from safetensors.numpy import save_file
folder = Path(sys.argv[sys.argv.index("--run-dir") + 1])
folder.mkdir(parents=True)
save_file({"W": np.arange(3) * FACTOR}, folder / "best.safetensors")
(folder / "log.jsonl").write_text("".join(json.dumps({"cost": cost}) + chr(10) for cost in COSTS))
"""


@pytest.fixture
def compared(tmp_path, repository):
    """The status and the output of comparing scripts with these values."""

    def compared(*values):
        for name, (factor, costs) in zip(("before", "after"), values, strict=True):
            (tmp_path / name / "scripts").mkdir(parents=True)
            text = SCRIPT.replace("FACTOR", factor).replace("COSTS", costs)
            (tmp_path / name / "scripts" / "sample_hmc.py").write_text(text)
        program = [sys.executable, str(repository / "benchmarks" / "same_results.py")]
        command = [*program, "before", "after", "--only", "hmc"]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return ended.returncode, ended.stdout

    return compared


def test_the_same(compared):
    status, out = compared(("2.0", "[0.5, 0.25]"), ("2.0", "[0.5, 0.25]"))
    assert status == 0 and out.endswith("1 of 1 runs are the same bit for bit\n")
    assert out.startswith("hmc               same of 3 values, ")


def test_another_parameter_and_a_lost_row(compared):
    status, out = compared(("2.0", "[0.5, 0.25]"), ("2.0 + 1e-15", "[0.5]"))
    assert status == 1 and "DIFFERENT in 2 of 3 values" in out
    assert "    log.jsonl: row 1: cost: 0.25 before, None after\n" in out
    assert "    best.safetensors: W: " in out


def test_a_script_that_fails(compared):
    status, out = compared(("2.0", "[0.5]"), ("2.0", "lost"))
    assert status == 1 and "hmc               FAILED\nTraceback" in out
    assert out.endswith("0 of 1 runs are the same bit for bit\n")
