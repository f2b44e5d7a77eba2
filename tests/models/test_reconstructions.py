"""What a model gives back, beside its own formulas."""

import numpy as np
import pytensor
import pytest

from dltut.exceptions import InputError
from dltut.models import RBM, Autoencoder, LogisticRegression, dA, reconstruction_function


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_an_autoencoder_decodes_its_code(mode, rng):
    model, x = Autoencoder(rng, 12, 5), rng.random((3, 12))
    W = np.asarray(model.W.get_value())
    seen, reconstruction = reconstruction_function(model)(x)
    np.testing.assert_allclose(seen, x, rtol=1e-6)
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(x @ W) @ W.T), rtol=1e-5)
    assert type(seen) is type(reconstruction) is np.ndarray


@pytest.fixture
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        yield


def test_a_denoising_one_sees_noise(quick, rng):
    model, x = dA(rng, 12, 5), np.ones((200, 12))
    W = model.W.get_value()
    seen, reconstruction = reconstruction_function(model, corruption_level=0.3)(x)
    assert 0.2 < (seen == 0).mean() < 0.4 and set(np.unique(seen)) == {0, 1}
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(seen @ W) @ W.T), rtol=1e-5)


def test_an_rbm_gives_its_mean_back(quick, rng):
    model, x = RBM(rng, 12, 5), rng.random((3, 12))
    W = model.W.get_value()
    _, reconstruction = reconstruction_function(model)(x)
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(x @ W) @ W.T), rtol=1e-5)


def test_a_classifier_has_no_way_back():
    with pytest.raises(InputError, match=r"^a LogisticRegression does not reconstruct its input"):
        reconstruction_function(LogisticRegression(3, 4))
