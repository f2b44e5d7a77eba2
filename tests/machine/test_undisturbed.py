"""What compiles has room for its calls, and the settings of the process are its own again."""

import gc
import sys
import threading

import pytest

from dltut.machine.undisturbed import OBJECTS, undisturbed


def leaf(a=0, b=0, c=0, d=0, e=0, f=0, g=0, h=0):
    """Its frame is as large as one of those below which it is called."""
    return a


def walk(depth):
    """Many calls at every depth, so at the end of some piece of memory for frames, too."""
    if depth:
        walk(depth - 1)
    for _ in range(1000):
        leaf()


def faults_of(work):
    """How often memory was touched for the first time meanwhile."""
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
def test_no_depth_costs_memory_at_each_call():
    found = []

    def work():
        """In a thread of its own, whose frames nobody has made room for."""
        found.append(faults_of(lambda: undisturbed(walk)(300)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0] < 500


def test_it_gives_back_what_the_work_gives_and_takes_what_it_takes():
    made = undisturbed(lambda one, *more, last: (one, more, last))
    assert made(1, 2, 3, last=4) == (1, (2, 3), 4)


@undisturbed
def nested(fails=False):
    if fails:
        raise KeyError("a reason")
    return gc.get_threshold(), undisturbed(gc.get_threshold)()


def test_searches_are_seldom_meanwhile_alone():
    before = gc.get_threshold()
    inside = (OBJECTS, *before[1:])
    assert nested() == (inside, inside)
    assert gc.get_threshold() == before
    with pytest.raises(KeyError, match="a reason"):
        nested(fails=True)
    assert gc.get_threshold() == before


def test_who_wants_no_search_has_none():
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        assert nested()[0][0] == 0
    finally:
        gc.set_threshold(*before)
