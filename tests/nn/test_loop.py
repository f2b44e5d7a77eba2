"""Updates in a loop beside the same updates called one by one."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.machine.rng import Streams, next_states
from dltut.samplers import repeated


def walk():
    """A random walk that doubles its step where it is told to: updates, and what tells."""
    place = pytensor.shared(np.zeros(3), name="place")
    stride = pytensor.shared(np.array(1.0), name="stride")
    doubles = pt.scalar("doubles", dtype="bool")
    noise = Streams(5).uniform(place)
    updates = {place: place + stride * noise, stride: pt.where(doubles, 2 * stride, stride)}
    return updates | next_states(list(updates.values())), doubles


@pytest.fixture(params=["FAST_COMPILE", "NUMBA", "JAX"])
def backend(request):
    with pytensor.config.change_flags(mode=request.param):
        yield


def test_the_same_as_one_call_each(backend):
    updates, doubles = walk()
    step = function([doubles], updates=updates, mode="FAST_COMPILE")
    signs, wanted = np.array([False, True, False, True, False]), []
    for sign in signs:
        step(sign)
        wanted.append([np.array(each.get_value()) for each in updates])

    updates, doubles = walk()
    sequence = pt.vector("sequence", dtype="bool")
    histories = repeated(updates, doubles, sequence)
    last = {variable: values[-1] for variable, values in histories.items()}
    found = function([sequence], list(histories.values()), updates=last)(signs)
    for variable, values, each in zip(updates, found, zip(*wanted, strict=True), strict=True):
        np.testing.assert_allclose(values, each, rtol=1e-15)
        np.testing.assert_allclose(variable.get_value(), each[-1], rtol=1e-15)
