"""Made-up tunes: they keep their rules."""

import numpy as np

from dltut.datasets.kinds import Rolls
from dltut.datasets.tunes import MAJOR, tune, tunes, walk


def test_the_same_for_a_seed():
    first, again, other = (tunes(seed, (3, 1, 1)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first[0], again[0], strict=True))
    assert not np.array_equal(first[0][0], other[0][0])


def test_one_key_and_a_home():
    """All notes of a tune are of one major scale; a melody begins and ends on its tonic."""
    rng = np.random.default_rng(5)
    for _ in range(40):
        roll = tune(rng, Rolls())
        assert 32 <= len(roll) <= 64 and not len(roll) % 16 and roll.any(axis=1).all()
        classes = {(note + 21) % 12 for note in np.flatnonzero(roll.any(axis=0))}
        scales = [{(tonic + step) % 12 for step in MAJOR} for tonic in range(12)]
        assert any(classes <= scale for scale in scales)
        steps = walk(rng, 20)
        assert steps[0] == steps[-1] == 0 and np.abs(np.diff(steps)).max() <= 2
        assert steps.min() >= -2 and steps.max() <= 7
