"""Generated requests: the same from one seed, tagged throughout."""

from dltut.datasets.slot_sentences import CITIES, VALUES, flights
from dltut.tasks.chunks import chunks_of


def test_every_chunk_is_a_value_of_its_slot():
    parts = flights([200, 30], seed=3)
    assert [len(part) for part in parts] == [200, 30]
    found = set()
    for sentence in parts[0] + parts[1]:
        for slot, start, stop in chunks_of(sentence.tags):
            assert " ".join(sentence.words[start:stop]) in VALUES[slot]
            found.add(slot)
        assert not {"{from}", "{to}"} & set(sentence.words)
    assert found == set(VALUES)


def test_one_seed_one_set():
    assert flights([5], seed=1) == flights([5], seed=1) != flights([5], seed=2)


def test_no_city_is_known_by_its_name_alone():
    sentences = flights([2000], seed=0)[0]
    slots = {(" ".join(s.words[a:b]), k) for s in sentences for k, a, b in chunks_of(s.tags)}
    assert all({(city, slot) for slot in ("from", "to", "stop")} <= slots for city in CITIES)
