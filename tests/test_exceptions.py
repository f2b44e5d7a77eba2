"""The hint for a misspelt name."""

import pytest

from dltut.exceptions import InputError, nearest


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("foatX", "did you mean floatX?"),
        ("FLOATX", "did you mean floatX?"),
        ("devise", "did you mean device?"),
        ("colour", "valid names: device, floatX"),
        (None, "valid names: device, floatX"),
    ],
)
def test_nearest(name, hint):
    assert nearest(name, ["floatX", "device"]) == hint


def test_an_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)
