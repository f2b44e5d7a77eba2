"""An activation by itself."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.layers import Activation


def test_by_name_or_none():
    x = np.array([[-1.0, 2.0]])
    np.testing.assert_array_equal(Activation("relu")(x).eval(), [[0, 2]])
    assert Activation()(x) is x and Activation("tanh").arguments == {"activation": "tanh"}
    with pytest.raises(InputError, match=r"^there is no activation 'rely': did you mean relu"):
        Activation("rely")
