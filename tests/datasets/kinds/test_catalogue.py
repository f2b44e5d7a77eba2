"""Kinds by their facts: plain values, there and back."""

import pytest

from dltut.datasets import kind_from
from dltut.exceptions import InputError


def test_facts_that_are_none():
    for wrong in ({"kind": "Pictures", "size": 3}, {"kind": "os.system"}, {}):
        with pytest.raises(InputError, match="no kind of inputs or targets has the facts"):
            kind_from(wrong)
