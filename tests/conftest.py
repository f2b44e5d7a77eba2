"""Fixtures: where the test data lies, the float widths, the backends, a generator."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytensor
import pytest

from dltut.machine.config import CUDA_PLUGINS

REPOSITORY = Path(__file__).parents[1]


def pytest_collection_modifyitems(items):
    missing = None
    if not Path("/dev/nvidiactl").exists():
        missing = "no NVIDIA GPU on this machine"
    elif not any(map(importlib.util.find_spec, CUDA_PLUGINS)):
        missing = "JAX cannot use the GPU: pip install 'dltut[cuda]'"
    for item in items:
        if missing and item.get_closest_marker("gpu"):  # a folder may be called gpu, too
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with mnist/, snips/, jsb/ ...: DLTUT_TEST_DATA, or ../shared/data."""
    folder = Path(os.environ.get("DLTUT_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}: set DLTUT_TEST_DATA to a folder with mnist/")
    return folder


@pytest.fixture(params=["float32", "float64"])
def floatX(request):
    """The float width, set in PyTensor while the test runs."""
    with pytensor.config.change_flags(floatX=request.param):
        yield request.param


@pytest.fixture(params=["NUMBA", "JAX"])
def mode(request):
    """The backend's name, set in PyTensor while the test runs."""
    if request.param == "JAX" and importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed: pip install 'dltut[jax]'")
    with pytensor.config.change_flags(mode=request.param):
        yield request.param


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1234)
