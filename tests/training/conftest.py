import os
from pathlib import Path

import pytest


@pytest.fixture
def python_path():
    """An environment in which a process finds the package and the test helpers."""
    root = Path(__file__).parents[2]
    return os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}
