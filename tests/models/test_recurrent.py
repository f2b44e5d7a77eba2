"""Stacked recurrent layers: their shapes, their last step, what dropout does, files."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.models import RecurrentNetwork, load_model, save_model
from dltut.models.recurrent import CELLS, made_cell
from dltut.nn.loop import run


@pytest.fixture(autouse=True)
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield


@pytest.mark.parametrize("cell", CELLS)
def test_it_is_its_layers_one_after_the_other(cell, rng, tmp_path):
    """B17: all steps of the layers below, the last step of the last."""
    model = RecurrentNetwork(rng, (5, 2), (4, 3), 2, cell)
    x = pt.matrix("x")
    h = x.reshape((6, 5, 2)).dimshuffle(1, 0, 2)
    below = run(model.layers[0].cell, h)[0]
    above = run(model.layers[1].cell, below)[0]
    wanted = above[-1] @ model.output.W + model.output.b
    rows = rng.normal(size=(6, 10))
    found, all_steps, top, same = function([x], [model(x), below, above, wanted])(rows)
    assert found.shape == (6, 2) and all_steps.shape == (5, 6, 4) and top.shape == (5, 6, 3)
    np.testing.assert_allclose(found, same, rtol=1e-12)
    save_model(tmp_path / "m.safetensors", model)
    again = load_model(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(function([x], again(x))(rows), found)
    assert again.arguments == model.arguments and model.n_in == 10


def test_a_row_is_read_step_by_step(rng):
    """The second column of the last step is the last number of a row."""
    model = RecurrentNetwork(rng, (3, 2), 4, 1, "elman")
    cell, row = model.layers[0].cell, rng.normal(size=6)
    W, U, b = (each.get_value() for each in (cell.W, cell.U, cell.b))
    h = np.zeros(4)
    for x in row.reshape(3, 2):
        h = np.tanh(x @ W + h @ U + b)
    wanted = h @ model.output.W.get_value() + model.output.b.get_value()
    x = pt.matrix("x")
    np.testing.assert_allclose(function([x], model(x))(row[None])[0], wanted)


def test_dropout_and_the_bias_of_the_forget_gate(rng):
    model = RecurrentNetwork(rng, (3, 1), 40, 1, dropout=0.5)
    b = model.layers[0].cell.b.get_value().reshape(4, 40)  # i, f, o, c
    assert b[1].tolist() == [1.0] * 40 and not b[[0, 2, 3]].any()
    x = pt.matrix("x")
    f = function([x], [model(x), model(x, train=True)])
    rows = rng.normal(size=(2, 3))
    (quiet, noisy), (still, other) = f(rows), f(rows)
    np.testing.assert_array_equal(quiet, still)
    assert (noisy != quiet).any() and (noisy != other).any()


def test_differences_are_added_to_the_last_step(rng):
    plain = RecurrentNetwork(np.random.default_rng(1), (3, 2), 4, 4)
    told = RecurrentNetwork(np.random.default_rng(1), (3, 2), 4, 4, differences=True)
    x, rows = pt.matrix("x"), rng.normal(size=(5, 6))
    one, other = function([x], [plain(x), told(x)])(rows)
    np.testing.assert_allclose(other - one, np.tile(rows[:, -2:], 2))
    with pytest.raises(InputError, match="3 differences from 2 columns"):
        RecurrentNetwork(rng, (3, 2), 4, 3, differences=True)


def test_memory(rng):
    """Biases of every layer's gates, in the range that was asked for."""
    model = RecurrentNetwork(rng, (3, 1), (4, 5), 1, "gru", memory=50)
    for layer in model.layers:
        r, u, c = layer.cell.b.get_value().reshape(3, -1)
        assert (u < 0).all() and (u > -np.log(49)).all() and not r.any() and not c.any()
    with pytest.raises(InputError, match="gates of lstm and gru, not of 'elman'"):
        RecurrentNetwork(rng, (3, 1), 4, 1, "elman", memory=50)


def test_a_cell_that_is_none(rng):
    with pytest.raises(InputError, match=r"there is no cell 'lstn': .*lstm"):
        RecurrentNetwork(rng, (3, 1), 4, 1, "lstn")
    assert made_cell("gru", rng, 3, 4, clip=2.0).clip == 2.0
