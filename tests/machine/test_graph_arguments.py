"""What a compiled function is made of: anything else ends in a line, before PyTensor is asked."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError

X, Y, WHOLE = pt.dvector("x"), pt.dvector("y"), pt.iscalar("whole")
SHARED = pytensor.shared(np.zeros(3), "shared")
REFUSED = [
    ({"outputs": pytensor.Out(2 * X)}, "outputs is a pytensor.Out: give its variable, Mul.0"),
    ({"outputs": [X, pytensor.Out(2 * X)]}, "outputs[1] is a pytensor.Out: give its variable"),
    ({"outputs": 3}, "outputs is 3 (int); expected a variable: make a number"),
    ({"outputs": [X, None]}, "outputs[1] is None; expected a variable"),
    ({"outputs": np.ones(2)}, "outputs is array([1., 1.]) (ndarray); expected a variable"),
    ({"outputs": {"a": X}}, "outputs is {'a': x} (dict); expected a variable"),
    ({"outputs": [[X]]}, "outputs[0] is [x] (list); expected a variable"),
    ({"inputs": X}, "inputs is x, Vector(float64, shape=(?,)); expected a list of variables"),
    ({"inputs": None}, "inputs is None; expected a list of variables"),
    ({"inputs": ["x"]}, "inputs[0] is 'x' (str); expected a variable"),
    ({"inputs": [SHARED]}, "inputs[0] is shared, Vector(float64, shape=(?,)), which has a value"),
    ({"inputs": [X, pt.constant(3.0)]}, "which has a value: leave it out of the inputs"),
    ({"inputs": [X, X]}, "inputs[1] is x, Vector(float64, shape=(?,)) again: name it once"),
    ({"inputs": []}, "what is computed needs x: add it to the inputs, or give it a value"),
    ({"updates": 3}, "updates is 3 (int); expected a dictionary or a list of pairs"),
    ({"updates": [SHARED]}, "updates is [shared] (list); expected a dictionary or a list of"),
    ({"updates": {"s": X}}, "updates has the key 's' (str); expected a variable"),
    ({"updates": {Y: X}}, "updates has the key y, Vector(float64, shape=(?,)), which keeps no"),
    ({"updates": {SHARED: 3.0}}, "updates[shared] is 3.0 (float); expected a variable"),
    ({"updates": {SHARED: None}}, "updates[shared] is None; expected a variable"),
    ({"updates": {SHARED: X.sum()}}, "updates puts Sum{axes=None}.0, Scalar(float64, shape=()),"),
    ({"updates": [(SHARED, X), (SHARED, 2 * X)]}, "updates names a variable twice: give each one"),
    ({"givens": 3}, "givens is 3 (int); expected a dictionary or a list of pairs"),
    ({"givens": {"x": SHARED}}, "givens has the key 'x' (str); expected a variable"),
    ({"givens": {Y: np.ones(2)}}, "givens[y] is array([1., 1.]) (ndarray); expected a variable"),
    ({"givens": {Y: WHOLE}}, "givens puts whole, Scalar(int32, shape=()), in the place of y"),
    ({"givens": {X: SHARED}}, "inputs[0] is x, Vector(float64, shape=(?,)), which givens replaces"),
    ({"mode": 3}, "there is no mode 3: valid names"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_what_is_no_function(wrong, message):
    with pytest.raises(InputError) as raised:
        function(**{"inputs": [X], "outputs": 2 * X, "mode": "FAST_COMPILE"} | wrong)
    assert message in str(raised.value) and "\\n" not in str(raised.value)


def test_what_is_one():
    whole = function(
        (pytensor.In(X),), (2 * X,), [(SHARED, X + Y)], {Y: SHARED}, mode="FAST_COMPILE"
    )
    assert list(whole([1.0, 2.0, 3.0])[0]) == [2, 4, 6]
    assert list(SHARED.get_value()) == [1, 2, 3]
