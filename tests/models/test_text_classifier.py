"""The network for texts against Theano's numbers; padding changes nothing; every cell learns."""

from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.models import TextClassifier, load_model, save_model

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "theano105.npz")
PARAMS = ("Wemb", "lstm_W", "lstm_U", "lstm_b", "U", "b")


def golden_model():
    model = TextClassifier(np.random.RandomState(1), 60, 2, n_hidden=12)
    for param, name in zip(model.params, PARAMS, strict=True):
        param.set_value(GOLDEN[f"lstm_param_{name}"].astype(pytensor.config.floatX))
    return model


def test_the_tutorial_s_numbers(mode, floatX):
    model, y = golden_model(), GOLDEN["lstm_y"]
    words = pt.imatrix("words")
    if mode == "JAX":
        words = pt.as_tensor(GOLDEN["lstm_x"].T.astype("int32"))  # a length that is known
    p = pt.special.softmax(model(words), axis=1)
    cost = -pt.log(p[pt.arange(4), y] + 1e-8).mean()
    f = function([words] if mode != "JAX" else [], [cost, p, *pytensor.grad(cost, model.params)])
    found = f(GOLDEN["lstm_x"].T.astype("int32")) if mode != "JAX" else f()
    expected = [GOLDEN["lstm_cost"], GOLDEN["lstm_probs"]]
    expected += [GOLDEN[f"lstm_grad_{name}"] for name in PARAMS]
    for value, golden in zip(found, expected, strict=True):
        rtol = 1e-9 if floatX == "float64" else 1e-4
        # the output's biases have gradients that nearly cancel: sums of (p - t) / n
        atol = rtol * np.abs(golden).max() + (1e-15 if floatX == "float64" else 1e-7)
        np.testing.assert_allclose(value, golden, rtol=rtol, atol=atol)


@pytest.mark.parametrize("options", [{}, {"cell": "gru", "bidirectional": True}, {"cell": "elman"}])
def test_a_padded_batch_is_each_text_alone(options):
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        model = TextClassifier(np.random.RandomState(1), 9, 3, n_hidden=4, **options)
        for param in model.params:
            param.set_value(np.random.RandomState(2).normal(size=param.get_value().shape))
        words = pt.imatrix("words")
        f = function([words], model(words))
        texts = [[3, 8, 1], [5], [2, 2, 7, 4, 6]]
        batch = np.zeros((4, 8), np.int32)  # the last text has no word
        for row, text in zip(batch, texts, strict=False):
            row[: len(text)] = text
        alone = [f(np.array([text], np.int32))[0] for text in texts]
        np.testing.assert_allclose(f(batch)[:3], alone, rtol=1e-12)
        np.testing.assert_allclose(f(batch)[3], model.output.b.get_value(), rtol=1e-12)


def test_first_values_and_the_way_through_a_file(tmp_path):
    model = TextClassifier(np.random.RandomState(1), 50, 2, n_hidden=6, bidirectional=True)
    vectors = model.embedding.W.get_value()
    assert 0 <= vectors.min() <= vectors.max() <= 0.01 and 0.004 < vectors.mean() < 0.006
    U = model.recurrent.backward.U.get_value()
    for k in range(4):
        block = U[:, 6 * k : 6 * k + 6]
        np.testing.assert_allclose(block @ block.T, np.eye(6), atol=1e-5)
    assert not model.output.b.get_value().any() and model.output.W.get_value().std() < 0.02
    path = tmp_path / "model.safetensors"
    save_model(path, model)
    again = load_model(path)
    assert again.arguments == model.arguments
    for one, other in zip(model.params, again.params, strict=True):
        np.testing.assert_array_equal(one.get_value(), other.get_value())


def test_no_such_cell():
    with pytest.raises(InputError, match="there is no cell 'ltsm': did you mean lstm"):
        TextClassifier(np.random.RandomState(1), 9, 2, cell="ltsm")
