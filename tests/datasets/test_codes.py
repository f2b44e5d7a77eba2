"""Codes computed once are those that the graph computes for each minibatch."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import shared_dataset
from dltut.datasets import Dataset, Numbers, Split, encoded
from dltut.exceptions import InputError
from dltut.models import Autoencoder
from dltut.training import minibatch_function


def test_cached_equals_lazy(rng):
    """The data set of codes, in batches of another size, beside the encoder in the graph."""
    x = rng.random((30, 6))
    data = Dataset(*(Split(x[i : i + 10], np.arange(10) % 2) for i in (0, 10, 20)), "random")
    below = Autoencoder(np.random.RandomState(1), 6, 4)
    codes = encoded(data, below, batch_size=7)
    assert codes.inputs == Numbers(("code0", "code1", "code2", "code3"))
    assert codes.targets == data.targets and len(codes.test) == 10
    symbol = pt.matrix("x")
    lazy = minibatch_function(below(symbol), [symbol], shared_dataset(data.valid), 5)
    for batch in range(2):
        np.testing.assert_allclose(lazy(batch), codes.valid.x[5 * batch : 5 * batch + 5], rtol=1e-6)
    W, b, _ = (each.get_value() for each in below.params)
    np.testing.assert_allclose(codes.test.x, 1 / (1 + np.exp(-(x[20:] @ W + b))), rtol=1e-5)
    with pytest.raises(InputError, match=r"^batch_size is 0; it counts examples"):
        encoded(data, below, batch_size=0)
