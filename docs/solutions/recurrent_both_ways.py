"""A bidirectional layer is two layers, of which one begins at the end."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.layers import GRU, Bidirectional, Recurrent

rng = np.random.default_rng(1)
x = pt.tensor3("x")
forward, backward = GRU(rng, 3, 5, name="forward"), GRU(rng, 3, 5, name="backward")
both = Bidirectional(forward, backward)(x)
ends = Bidirectional(forward, backward, last=True)(x)
alone = Recurrent(backward)(x[::-1])  # the backward cell, on the sequence from its end
steps = rng.normal(size=(4, 2, 3))
all_steps, last, reversed_steps = function([x], [both, ends, alone])(steps)
print(all_steps.shape, last.shape)
assert all_steps.shape == (4, 2, 10) and last.shape == (2, 10)
np.testing.assert_allclose(all_steps[:, :, 5:], reversed_steps[::-1])
np.testing.assert_allclose(last[:, 5:], all_steps[0, :, 5:])  # at the first step it has seen all
np.testing.assert_allclose(last[:, :5], all_steps[-1, :, :5])
