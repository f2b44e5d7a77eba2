"""Damaged and forged files for every reader: those that once escaped, and new ones for a while.

``python tests/fuzz/run.py`` goes on for hours.
"""

import mmap
import os
import random
import time

import pytest

from fuzz.mutations import LARGEST, mutated
from fuzz.readers import READERS, Reader, texts
from fuzz.run import Trial, corpus, fuzz, in_turn, trial
from fuzz.watch import Watch

SECONDS = float(os.environ.get("DLTUT_FUZZ_SECONDS", 0.5))  # for each reader
MOST = 300  # inputs in half a second


@pytest.fixture(scope="module")
def watch():
    return Watch()


@pytest.mark.parametrize("name", READERS)
def test_what_once_escaped_and_new_inputs(name, watch, tmp_path):
    with trial(name, watch, tmp_path) as each:
        for path in corpus(name):
            data = path.read_bytes()
            assert not each.faults(data) + each.faults_of_room(data), path.name
    told = fuzz(name, SECONDS, 1, watch, most=int(2 * SECONDS * MOST), folder=tmp_path / "new")
    assert not told["faults"]


def test_the_corpus_is_of_readers_that_there_are(repository):
    folders = {path.name for path in (repository / "tests" / "fuzz" / "corpus").iterdir()}
    assert folders <= {name.replace(" ", "_") for name in READERS}


def test_changes_are_the_same_for_the_same_seed():
    seeds = [b"a,b\n1,2\n" * 5, b"[1, 2]"]
    first, again = (
        [mutated(random.Random(k), seeds, [b"x"]) for k in range(300)] for _ in range(2)
    )
    assert first == again and len({*first}) > 200 and max(map(len, first)) <= LARGEST


def test_the_reader_that_is_soonest_there_comes_first_if_there_is_an_end():
    counts = {"slow": {"inputs": 10, "seconds": 5.0}, "fast": {"inputs": 20, "seconds": 1.0}}
    counts["done"] = {"inputs": 100, "seconds": 1.0}
    assert in_turn([*counts, "new"], counts, None) == ["new", "slow", "fast", "done"]
    assert in_turn([*counts, "new"], counts, 100) == ["new", "fast", "slow"]


def busy(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (lambda: bytearray(200 * 2**20), "MB for 3 bytes"),
        (lambda: busy(1.3), "s for 3 bytes"),
        (lambda: os.system("true"), "os.system"),
        (lambda: __import__("this"), "import"),
        (lambda: open("/etc/hostname").close(), "open /etc/hostname"),  # noqa: PTH123
    ],
)
def test_the_watch_sees_what_it_looks_for(watch, tmp_path, act, fault, capsys):
    with watch.over(tmp_path, 3) as faults:
        act()
    assert any(fault in each for each in faults)


def test_room_is_seen_that_is_asked_for_and_not_used(watch, tmp_path):
    def read(path):
        mmap.mmap(-1, int(path.read_bytes()) * 2**20)

    each = Trial(Reader(read, "a", texts("1")), tmp_path, watch)
    assert each.faults(b"200") == [] == each.faults_of_room(b"20")
    assert each.faults_of_room(b"200") == ["room of 200 MB for 3 bytes"]
