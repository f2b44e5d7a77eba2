"""Nothing here is a matter of the backend, but where a test names one."""

import pytensor
import pytest


@pytest.fixture(autouse=True)
def fast():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield
