"""A graph with the rewrites of our mode, beside the same graph as it was written.

Both run without a compiler: the operations have a reference in NumPy, beside which their own tests
hold the machine code.
"""

import numpy as np
import pytensor
from pytensor.compile.mode import Mode

from dltut.kernels.modes import numba_mode


class Pair:
    """One function with our rewrites, one without, on the same shared variables."""

    def __init__(self, inputs, outputs, updates=None):
        rewrites = numba_mode().excluding("fusion").optimizer
        given = {"updates": list((updates or {}).items()), "on_unused_input": "ignore"}
        self.rewritten = pytensor.function(inputs, outputs, mode=Mode("py", rewrites), **given)
        self.plain = pytensor.function(inputs, outputs, mode="FAST_COMPILE", **given)
        self.state = list(updates or {})
        self.nodes = self.rewritten.maker.fgraph.toposort()
        self.operations = [type(node.op).__name__ for node in self.nodes]

    def node(self, name):
        """The only node whose operation is of this kind."""
        (node,) = (each for each in self.nodes if type(each.op).__name__ == name)
        return node

    def assert_same(self, *arguments, steps=2, rtol=1e-12):
        """Both functions give the same results, and leave the same in shared variables."""
        before = [each.get_value() for each in self.state]
        found = [self.rewritten(*arguments) for _ in range(steps)]
        after = [each.get_value() for each in self.state]
        for variable, value in zip(self.state, before, strict=True):
            variable.set_value(value)
        wanted = [self.plain(*arguments) for _ in range(steps)]
        for results, others in zip(found, wanted, strict=True):
            for one, other in zip(listed(results), listed(others), strict=True):
                np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol / 10)
        for variable, value, old in zip(self.state, after, before, strict=True):
            assert not np.array_equal(value, old)
            np.testing.assert_allclose(value, variable.get_value(), rtol=rtol, atol=rtol / 10)


def listed(results):
    return results if isinstance(results, list) else [results]


def normal(*shape):
    """An array that is the same for the same shape."""
    return np.random.default_rng(sum(shape)).normal(size=shape)


def shared(name, *shape, **options):
    return pytensor.shared(normal(*shape), name=name, **options)
