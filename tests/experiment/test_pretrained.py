"""What an earlier experiment wrote, in a later one of our own form."""

import numpy as np
import pytest

from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError, NoFile
from dltut.experiment.pretrained import encoded, pretrained
from dltut.models import Autoencoder, LogisticRegression, load_model, save_model

OUTPUT = {"W": {"name": "uniform", "limit": 0.005}, "max_norm": 1.9365}


@pytest.fixture
def coders(tmp_path):
    """Two autoencoders in files, 6 inputs, then 5 and 4 units."""
    made = [Autoencoder(np.random.default_rng(n), n, n - 1, encoder="tanh") for n in (6, 5)]
    for name, model in zip("ab", made, strict=True):
        model.bhid.set_value(np.arange(model.n_hidden, dtype=model.bhid.dtype) / 10)
        save_model(tmp_path / name, model)
    return made


def test_data_in_the_code_of_a_model(coders, tmp_path):
    x = np.random.default_rng(1).random((9, 6))
    split = Split(x, np.arange(9) % 2)
    data = encoded(Dataset(split, split, split, "nine"), tmp_path, "a")
    W, b = coders[0].W.get_value(), coders[0].bhid.get_value()
    assert np.allclose(data.train.x, np.tanh(x @ W + b), atol=1e-5)
    assert (data.test.y == split.y).all()


def test_a_classifier_begins_with_the_encoders(coders, tmp_path):
    model = pretrained(np.random.default_rng(1), 6, 3, tmp_path, ["a", "b"], OUTPUT)
    assert [each.name for each in model.params] == ["h1.W", "h1.b", "h2.W", "h2.b", "y.W", "y.b"]
    for layer, coder in zip(model.layers, coders, strict=False):
        assert (layer.W.get_value() == coder.W.get_value()).all()
        assert (layer.b.get_value() == coder.bhid.get_value()).all()
    assert abs(model.layers[-1].W.get_value()).max() <= 0.005
    frozen = pretrained(np.random.default_rng(1), 6, 3, tmp_path, ["a"], {}, True, 0.5)
    assert [each.name for each in frozen.params] == ["y.W", "y.b"]
    assert [place.dropout for place in frozen.places] == [0, 0.5]
    save_model(tmp_path / "net", model)
    assert (load_model(tmp_path / "net").layers[0].W.get_value() == coders[0].W.get_value()).all()


def test_files_that_cannot_be_used(coders, tmp_path):
    save_model(tmp_path / "c", LogisticRegression(6, 3))
    make = [np.random.default_rng(1), 6, 3, tmp_path]
    with pytest.raises(InputError, match="c holds a LogisticRegression; expected an autoencoder"):
        pretrained(*make, ["c"], {})
    with pytest.raises(NoFile, match="run the experiment that writes it"):
        pretrained(*make, ["d"], {})
    with pytest.raises(InputError, match="leads out of the folder of the runs"):
        encoded(None, tmp_path, "../a")
