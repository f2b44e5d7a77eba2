"""Kinds of values that Pylearn2's files give."""

import pytest

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, Seeds, Share, check_only
from dltut.machine.arguments import fits


def test_flags_are_numbers_too():
    assert all(fits(value, Flag) for value in (True, False, 0, 1))
    assert not any(fits(value, Flag) for value in (2, "yes", None))


def test_shares_and_seeds():
    assert fits(0, Share) and fits(1.0, Share) and not fits(1.1, Share)
    assert fits(5, Seeds) and fits([2013, 1, 4], Seeds) and not fits([-1], Seeds)


def test_what_is_known_in_one_way_only():
    check_only("here", a=(1, 1), b=(None, None))
    with pytest.raises(InputError, match="here: b is 3; dltut knows none, leave it out"):
        check_only("here", a=(1, 1), b=(3, None))
