"""Stretches of ones, against a loop."""

import numpy as np

from dltut.machine.stretches import stretches


def test_against_a_loop():
    roll = np.random.default_rng(3).random((30, 6)) < 0.5
    expected = []
    for note in range(6):
        start = None
        for t, on in enumerate([*roll[:, note], False]):
            if on and start is None:
                start = t
            if not on and start is not None:
                expected.append((note, start, t))
                start = None
    assert stretches(roll) == expected
