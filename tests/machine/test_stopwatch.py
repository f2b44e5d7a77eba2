import time

import pytest

from dltut.machine.backend import CompiledFunction
from dltut.machine.stopwatch import Stopwatch, not_counted


def test_it_counts_while_it_runs():
    watch = Stopwatch(100.0)
    assert watch.seconds == 100
    with watch.running():
        time.sleep(0.02)
        assert 100.02 <= watch.seconds < 101
    assert watch.seconds == watch.seconds >= 100.02


def test_what_is_not_counted_twice_is_taken_back_once():
    watch = Stopwatch()
    with watch.running():
        time.sleep(0.02)
        with not_counted(), not_counted():
            time.sleep(0.05)
        time.sleep(0.02)
    assert 0.04 <= watch.seconds < 0.09
    with not_counted():
        pass  # nothing runs
    assert watch.seconds < 0.09


def test_an_error_does_not_confuse_it():
    watch = Stopwatch()
    with pytest.raises(ZeroDivisionError), watch.running(), not_counted():
        time.sleep(0.05)
        raise ZeroDivisionError
    assert watch.seconds < 0.05
    with watch.running():
        pass


def test_compiling_is_not_counted():
    class Slow:
        name = "something"

        def __call__(self):
            time.sleep(0.05)

    function, watch = CompiledFunction(Slow(), []), Stopwatch()
    with watch.running():
        function()
        assert watch.seconds < 0.05
        function()
    assert 0.05 <= watch.seconds < 0.1
