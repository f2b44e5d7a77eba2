"""What is remembered: the biases of every frame, padding, the first weights."""

import numpy as np
import pytensor.tensor as pt
import pytest
from models.music.oracle import batch, biases, small

from dltut import function
from dltut.models import RNNNADE, RNNRBM, load_model, save_model


@pytest.mark.parametrize("kind", [RNNRBM, RNNNADE])
def test_biases_frame_by_frame(kind):
    """Steps of padding behind the longest piece are cut, and others are no real rows."""
    model, (frames, length) = small(kind), batch()
    given = pt.tensor3(), pt.ivector()
    v, vbias, hbias, real = function(given, list(model.steps(*given)))(frames, length)
    assert len(v) == 6 * 3 and real.reshape(6, 3).sum(axis=0).tolist() == [4, 1, 6]
    for piece in range(3):
        n = length[piece]
        np.testing.assert_array_equal(v[piece::3][:n], frames[piece, :n])
        wanted = [*biases(model, frames[piece, :n])]
        np.testing.assert_allclose(vbias[piece::3][:n], [each[0] for each in wanted])
        np.testing.assert_allclose(hbias[piece::3][:n], [each[1] for each in wanted])


@pytest.mark.parametrize("kind", [RNNRBM, RNNNADE])
def test_first_weights(kind):
    model = kind(np.random.RandomState(1))
    deviations = {each.name: each.get_value().std() for each in model.params}
    for name in {"W", "V"} & deviations.keys():
        assert abs(deviations.pop(name) - 0.01) < 0.0005
    for name in ("Wuv", "Wuh", "Wvu", "Wuu"):
        assert abs(deviations.pop(name) - 0.0001) < 0.000005
    assert deviations == dict.fromkeys(("bv", "bh", "bu"), 0)


def test_there_and_back_through_a_file(tmp_path):
    model = small(RNNNADE)
    save_model(tmp_path / "a.safetensors", model)
    again = load_model(tmp_path / "a.safetensors")
    for one, other in zip(again.params, model.params, strict=True):
        assert one.name == other.name and np.array_equal(one.get_value(), other.get_value())
