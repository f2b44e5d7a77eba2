"""Walking through graphs, in Theano's order (golden: real Theano 1.0.5)."""

from collections import deque

import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.gof.graph import ancestors, inputs, stack_search


@pytest.fixture
def graph():
    x, y, z = (theano.shared(0.0, name=name) for name in "xyz")
    return x, y, z, [x**2 + T.log(y), T.dmatrix("w"), z * x]


def test_inputs_are_found_from_the_last_to_the_first(graph):
    *_, outputs = graph
    assert [each.name for each in inputs(outputs) if each.name] == ["z", "x", "w", "y"]
    assert [each.name for each in inputs(outputs[::-1]) if each.name] == ["x", "y", "w", "z"]


def test_nothing_is_found_behind_a_blocker(graph):
    x, y, _, (total, *_) = graph
    squares, logarithm = total.owner.inputs
    assert inputs([total], [squares]) == [y]
    assert x not in ancestors([total], [squares])
    assert logarithm in ancestors([total], [squares])


def test_a_search_knows_who_reached_what():
    steps = {1: [2, 3], 2: [4], 3: [4], 4: None}
    assert stack_search(deque([1]), steps.get) == [1, 2, 3, 4]
    assert stack_search(deque([1]), steps.get, "dfs") == [1, 3, 4, 2]
    assert stack_search(deque([1]), steps.get, "bfs", True)[1] == {2: [1], 3: [1], 4: [2, 3]}
