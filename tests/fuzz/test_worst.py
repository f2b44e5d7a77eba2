"""A megabyte of what once took gigabytes or minutes, within the limits now.

``python tests/fuzz/worst.py`` measures all that is known of each reader.
"""

import pytest

from fuzz.readers import READERS
from fuzz.run import trial
from fuzz.watch import Watch
from fuzz.worst import LARGER, WORST

MENDED = {
    "csv": ["columns of numbers", "comments"],
    "characters": ["different ones"],
    "pickle": ["keys together", "pickles"],
    "picture": ["scans", "packed profiles"],
    "rays": ["short lines"],
    "rc file": ["references", "long references"],
    "text asked": ["dots"],
}


@pytest.fixture(scope="module")
def watch():
    return Watch()


@pytest.mark.parametrize(
    ("name", "what"), [(name, each) for name in MENDED for each in MENDED[name]]
)
def test_a_megabyte_is_within_the_limits(name, what, watch, tmp_path):
    with trial(name, watch, tmp_path) as each:
        each.allowance *= LARGER.get((name, what), 1)
        data = WORST[name][what](2**20)
        assert not each.faults(data) + each.faults_of_room(data)


def test_what_is_measured_is_there():
    assert set(WORST) - {"midi"} <= set(READERS)
    assert all(what in WORST[name] for name, what in LARGER)
    inputs = {(name, what): make for name in WORST for what, make in WORST[name].items()}
    short = {place for place, make in inputs.items() if len(make(20_000)) < 10_000}
    assert short == {("npz", "swollen")}
