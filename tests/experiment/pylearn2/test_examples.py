"""What a data set of Pylearn2 becomes: a split, what its columns are, the codes of a model."""

import numpy as np
import pytest

from dltut.datasets.kinds import Classes, Numbers, Pictures
from dltut.exceptions import InputError
from dltut.experiment.pylearn2.examples import codes, examples_of, readable
from dltut.models import Autoencoder


def test_columns_are_known_by_their_numbers():
    x = np.arange(12.0).reshape(3, 4)
    classes = examples_of(x, np.array([0, 2, 1]))
    assert isinstance(classes.targets, Classes) and len(classes.targets.names) == 3
    assert isinstance(examples_of(x, np.array([[0.5], [1], [2]])).targets, Numbers)
    assert examples_of(x).targets is None
    some = classes.rows(1, 3)
    assert some.split.x.tolist() == x[1:].tolist() and some.split.y.tolist() == [2, 1]


def test_other_inputs_are_no_pictures_any_more():
    digits = examples_of(np.zeros((2, 784)), np.array([0, 1]))
    assert isinstance(digits.inputs, Pictures | Numbers)
    assert digits.with_x(np.ones((2, 3))).split.x.shape == (2, 3)


@pytest.mark.parametrize("batch_size", [1, 2, 1000])
def test_codes_do_not_depend_on_how_many_are_taken_at_once(batch_size):
    coder = Autoencoder(np.random.default_rng(1), 4, 3, encoder="tanh")
    x = np.random.default_rng(2).normal(size=(5, 4)).astype("float32")
    wanted = np.tanh(x @ coder.W.get_value())
    np.testing.assert_allclose(codes(coder, x, batch_size), wanted, atol=1e-5)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.npy"):
        readable(tmp_path / "none.npy", None)
