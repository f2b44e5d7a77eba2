import pytest

import dltut.theano as theano
from dltut.theano.misc.ordered_set import OrderedSet
from dltut.theano.updates import OrderedUpdates


def test_two_can_be_added_unless_they_differ():
    a, b = theano.shared(1.0), theano.shared(2.0)
    first, second = OrderedUpdates([(a, a + 1)]), OrderedUpdates([(b, b + 1)])
    assert list(first + second) == [a, b]
    with pytest.raises(KeyError, match="two updates"):
        first.update({a: a + 2})
    with pytest.raises(TypeError):
        first["a"] = 1


def test_a_set_keeps_its_order():
    kept = OrderedSet([3, 1, 3])
    kept.add(2)
    kept.discard(1)
    kept.update([5])
    assert list(kept.union([9])) == [3, 2, 5, 9]
