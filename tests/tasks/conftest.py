"""Graphs are built, not optimised: the backends have tests of their own."""

import pytensor
import pytest


@pytest.fixture(autouse=True)
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield
