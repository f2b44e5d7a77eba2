"""The solutions of the exercises run, which includes what they assert, and stand in a page."""

import runpy
from pathlib import Path

import pytensor
import pytest

DOCS = Path(__file__).parents[1] / "docs"
SOLUTIONS = [pytest.param(path, id=path.stem) for path in sorted(DOCS.glob("solutions/*.py"))]


@pytest.mark.parametrize("path", SOLUTIONS)
def test_a_solution_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        runpy.run_path(str(path))


def test_every_solution_is_quoted():
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("tutorial/*.rst"))
    assert [path for [path] in (each.values for each in SOLUTIONS) if path.name not in pages] == []
