"""Pictures of chains: their documented size, time running down, colours."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import chain_picture


def test_the_documented_size():
    """C8: ten samples of twenty chains."""
    picture = chain_picture(np.random.RandomState(0).rand(10, 20, 784))
    assert (picture.height, picture.width) == (291, 579) and picture.mode == "L"


def test_a_row_is_a_sample():
    states = np.zeros((2, 3, 4))
    states[1, 2] = 0, 1, 0, 0
    pixels = np.asarray(chain_picture(states, (1, 2, 2)))
    assert pixels.shape == (2 * 3 + 1, 3 * 3 - 1)
    assert np.argwhere(pixels).tolist() == [[1 + 3, 3 + 3 + 1]]


def test_colours():
    states = np.zeros((1, 2, 3, 2, 2))
    states[0, 1, 2] = [[0, 0], [0, 1]]  # blue
    picture = chain_picture(states.reshape(1, 2, 12), (3, 2, 2))
    assert picture.mode == "RGB"
    assert np.argwhere(np.asarray(picture)).tolist() == [[2, 4, 2]]


@pytest.mark.parametrize(("shape", "image_shape"), [((2, 4), (1, 2, 2)), ((2, 3, 4), (2, 2, 1))])
def test_refusals(shape, image_shape):
    with pytest.raises(InputError, match=r"^states of shape .* are no pictures of shape .*: give"):
        chain_picture(np.zeros(shape), image_shape)
