"""Each backend once and each width once; the rules' table (`test_rules`) has all four pairs."""

import importlib.util

import pytensor
import pytest


@pytest.fixture(params=["NUMBA float32", "JAX float64"])
def backend(request):
    """A mode and a float width, set in PyTensor while the test runs."""
    mode, floatX = request.param.split()
    if mode == "JAX" and importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed: pip install 'dltut[jax]'")
    with pytensor.config.change_flags(mode=mode, floatX=floatX):
        yield mode, floatX


@pytest.fixture
def mode(backend):
    return backend[0]


@pytest.fixture
def floatX(backend):
    return backend[1]
