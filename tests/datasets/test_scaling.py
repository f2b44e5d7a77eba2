"""What is divided by 256, and what is refused because it may be anything."""

import numpy as np
import pytest

from dltut.datasets.scaling import BYTES_FROM, WHITE, are_bytes, divisor, from_bytes
from dltut.exceptions import InputError


def test_every_byte_is_divided_exactly():
    values = np.arange(256, dtype=np.uint8)
    scaled = from_bytes(values.reshape(4, 64))
    assert scaled.dtype == np.float32 and scaled.shape == (4, 64)
    assert (scaled.ravel().astype(float) * 256 == values).all() and scaled.max() == WHITE < 1


@pytest.mark.parametrize(
    ("low", "high", "is_whole", "expected"),
    [
        (0, 255, True, 256),
        (0.0, 254.5, False, 256),
        (3, BYTES_FROM, True, 256),
        (0, 1, True, 1),  # black and white
        (0.0, 0.99, False, 1),
        (-1.5, 2.0, False, 1),  # standardised
    ],
)
def test_divisor(low, high, is_whole, expected):
    assert divisor(low, high, is_whole) == expected
    assert are_bytes(low, high) == (expected == 256)


@pytest.mark.parametrize(
    ("low", "high", "is_whole"),
    [(0, BYTES_FROM - 1, True), (0, 256, True), (0, 65535, True), (-1, 255, True), (0, 2.5, False)],
)
def test_what_may_be_anything_is_asked(low, high, is_whole):
    with pytest.raises(InputError, match=r"^the pictures hold values from .* scale=\.\.\., 1 for"):
        divisor(low, high, is_whole)
