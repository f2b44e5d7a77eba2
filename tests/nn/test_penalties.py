"""L1 and L2 beside NumPy, on the weights alone."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.models import MLP
from dltut.nn import l1, l2


def test_penalties_leave_biases_out(rng):
    model = MLP(rng, 6, (5, 4), 3)
    for param in model.params:
        param.set_value(rng.normal(size=param.get_value().shape).astype(param.dtype))
    weights = [param.get_value() for param in model.params if param.name.endswith("W")]
    assert len(weights) == 3
    found = function([], [l1(model.weights), l2(model.weights)], mode="FAST_COMPILE")()
    wanted = sum(np.abs(W).sum() for W in weights), sum((W**2).sum() for W in weights)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


@pytest.mark.parametrize("penalty", [l1, l2])
def test_refusals(penalty):
    for weights in ([], pt.matrix("W"), None):
        with pytest.raises(
            InputError, match=r"^a penalty takes a list of weights, such as model.w"
        ):
            penalty(weights)
