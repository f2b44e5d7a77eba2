"""A text read in pieces is the text read at once; gradients stop at the border; what is written."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.models import CharacterModel, Writer, load_model, save_model
from dltut.models.characters import drawn
from dltut.nn import negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function


@pytest.fixture(autouse=True)
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_states_are_carried_from_call_to_call_until_a_text_begins(cell, rng, tmp_path):
    model = CharacterModel(rng, 7, (5, 4), n_embedding=3, cell=cell)
    x, begins = pt.imatrix("x"), pt.ivector("begins")
    text = rng.integers(7, size=(2, 9)).astype("int32")
    whole, states = model.read(x)
    alone = function([x], [whole, *states])
    carried = model.carried(x, begins, 2)
    piece = function([x, begins], carried)
    new, old = np.ones(2, "int32"), np.zeros(2, "int32")
    scores, *after = alone(text)
    parts = [piece(text[:, :4], new), piece(text[:, 4:6], old), piece(text[:, 6:], old)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), scores, rtol=1e-12)
    for kept, wanted in zip(piece.state, after, strict=True):
        np.testing.assert_allclose(kept.get_value(), wanted, rtol=1e-12)
    np.testing.assert_allclose(piece(text[:, :4], new), scores[:, :4], rtol=1e-12)
    one_new = piece(text[:, 4:6], np.array([0, 1], "int32"))
    np.testing.assert_allclose(one_new[0], scores[0, 4:6], rtol=1e-12)
    np.testing.assert_allclose(one_new[1], alone(text[:, 4:6])[0][1], rtol=1e-12)
    save_model(tmp_path / "m.safetensors", model)
    again = load_model(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(function([x], again(x))(text), scores)


def test_carried_states_on_both_backends(mode):
    """The costs of three minibatches of training, as FAST_COMPILE has them."""
    rows = np.random.default_rng(3).integers(5, size=(6, 4)).astype("int32")
    following, new = np.roll(rows, -1, axis=1), np.array([1, 1, 0, 0, 0, 0], "int32")

    def costs(way):
        model = CharacterModel(np.random.default_rng(1), 5, 4, n_embedding=3)
        x, begins, y = pt.imatrix("x"), pt.ivector("begins"), pt.imatrix("y")
        scores = model.carried(x, begins, 2).reshape((-1, 5))
        cost = negative_log_likelihood(scores, y.ravel())
        train = shared_dataset({"characters": rows, "begins": new, "y": following})
        updates = sgd(cost, model.params, 0.5)
        step = minibatch_function(cost, [x, begins, y], train, 2, updates, mode=way)
        return [float(step(index)) for index in (0, 1, 2, 0)]

    np.testing.assert_allclose(costs(mode), costs("FAST_COMPILE"), rtol=1e-10)


def test_gradients_stop_where_the_states_were_carried_in(rng):
    """The gradient of a piece is that of a text with constant first states."""
    model = CharacterModel(rng, 4, 3, n_embedding=2)
    x, begins = pt.imatrix("x"), pt.ivector("begins")
    first = [pt.matrix() for _ in range(2)]
    slope = pytensor.grad((model.carried(x, begins, 1) ** 2).sum(), model.params)
    constant = pytensor.grad((model.read(x, first)[0] ** 2).sum(), model.params)
    step, alone = function([x, begins], slope), function([x, *first], constant)
    text = rng.integers(4, size=(1, 8)).astype("int32")
    step(text[:, :5], np.ones(1, "int32"))
    states = [each.get_value() for each in step.state]
    found = step(text[:, 5:], np.zeros(1, "int32"))
    for one, other in zip(found, alone(text[:, 5:], *states), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-14)


def test_a_writer_reads_what_it_wrote(rng):
    """At temperature 0 each character is the most probable one after all before it."""
    model = CharacterModel(rng, 6, 8, n_embedding=3)
    model.output.W.set_value(3 * rng.normal(size=(8, 6)))
    text = [2, 5, 1]
    written = Writer(model)(text, 12, temperature=0)
    x = pt.imatrix("x")
    scores = function([x], model(x))(np.array([[*text, *written]], "int32"))[0]
    assert written.tolist() == scores[2:-1].argmax(axis=1).tolist()
    again, other = (Writer(model)(text, 40, 1.0, np.random.default_rng(s)) for s in (3, 4))
    assert again.tolist() == Writer(model)(text, 40, 1.0, np.random.default_rng(3)).tolist()
    assert again.tolist() != other.tolist()


def test_characters_are_drawn_by_their_chances(rng):
    scores = np.log([0.5, 0.3, 0.2])
    for temperature, chances in ((1.0, [0.5, 0.3, 0.2]), (0.5, np.array([25, 9, 4]) / 38)):
        found = np.bincount([drawn(scores, temperature, rng) for _ in range(20_000)]) / 20_000
        np.testing.assert_allclose(found, chances, atol=0.015)
    assert drawn(np.array([1e4, -1e4], "float32"), 1e-3, rng) == 0


def test_nothing_to_go_on_with(rng):
    writer = Writer(CharacterModel(rng, 3, 2, n_embedding=2))
    with pytest.raises(InputError, match="there is no text to go on with"):
        writer([], 3)
    with pytest.raises(InputError, match="the temperature is -1; it is 0 or above"):
        writer([0], 3, temperature=-1)
