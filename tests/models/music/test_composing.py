"""New music: the same for a seed, as likely as the model says, going on from what was given."""

import numpy as np
import pytest
from models.music.oracle import biases, small, values

from dltut.exceptions import InputError
from dltut.models import RNNNADE, RNNRBM, compose
from dltut.models.music.composing import Composer


@pytest.mark.parametrize("kind", [RNNRBM, RNNNADE])
def test_the_same_for_a_seed(kind):
    composer = Composer(small(kind), 2, seed=5)
    first = composer(7)
    assert first.shape == (2, 7, 5) and set(np.unique(first)) <= {0, 1}
    np.testing.assert_array_equal(composer(7), first)
    assert (first[0] != first[1]).any()
    assert (compose(small(kind), 7, n_pieces=2, seed=6) != first).any()


def test_what_is_given_is_remembered():
    """A note whose weights are huge decides whether all notes sound in the next frame."""
    model = small(RNNNADE, scale=0.01)
    values_of = values(model)
    by_name = {each.name: each for each in model.params}
    by_name["Wvu"].set_value(values_of["Wvu"] + np.array([[5.0], [-5.0], [0], [0], [0]]))
    by_name["Wuv"].set_value(values_of["Wuv"] + 20.0)
    composer = Composer(model, 3)
    for note, wanted in ((0, 1), (1, 0)):
        start = np.zeros((4, 5))
        start[-1, note] = 1
        assert (composer(1, start) == wanted).all()
        *_, bias = biases(model, np.concatenate([start, start[:1]]))
        assert (np.sign(bias[0]) == 2 * wanted - 1).all()


@pytest.mark.parametrize("wrong", [{"n_steps": 0}, {"n_pieces": 0}])
def test_nothing_to_compose(wrong):
    with pytest.raises(InputError, match="a whole number, 1 or more"):
        compose(small(RNNNADE), **{"n_steps": 3, **wrong})
