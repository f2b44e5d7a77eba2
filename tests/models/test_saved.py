"""Models from files: the same outputs, and files that are not what they should be."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.machine.serialize import (
    named_values,
    read_arrays,
    save_model,
    stored_variables,
    write_arrays,
)
from dltut.models import (
    DBN,
    MLP,
    RBM,
    Autoencoder,
    LeNet,
    LogisticRegression,
    SdA,
    cA,
    dA,
    load_model,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def outputs(*models):
    x = pt.as_tensor(np.random.RandomState(0).rand(3, 36))
    return function([], [model(x) for model in models], mode="FAST_COMPILE")()


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: LogisticRegression(36, 4),
        lambda rng: MLP(rng, 36, 5, 4),
        lambda rng: MLP(rng, np.int64(36), (5, 3), 4, activation="relu", dropout=(0.2, 0.5, 0.5)),
        lambda rng: LeNet(rng, (1, 6, 6), (2, 3), 4, 4, kernel_size=(2, 1), pool_size=(1, 2)),
        lambda rng: Autoencoder(rng, 36, 5, tied=False, encoder="tanh", decoder="linear"),
        lambda rng: dA(rng, 36, 5, corruption="gaussian", name="first"),
        lambda rng: cA(rng, 36, 5),
        lambda rng: RBM(rng, 36, 5, visible="gaussian", name="top"),
        lambda rng: SdA(rng, 36, (5, 4), 3, (0.1, 0.2), "salt_and_pepper", dropout=0.5),
        lambda rng: DBN(rng, 36, 5, 3, dropout=(0.1, 0.2)),
    ],
)
def test_equal_outputs(make, path, rng):
    model = make(rng)
    for each in stored_variables(model):
        each.set_value(rng.normal(size=each.get_value().shape).astype(each.dtype))
    save_model(path, model, {"classes": list("abcd")})
    loaded = load_model(path)
    assert type(loaded) is type(model) and loaded.arguments == model.arguments
    np.testing.assert_array_equal(*outputs(model, loaded))
    found, wanted = (named_values(stored_variables(each)) for each in (loaded, model))
    assert {name: each.tobytes() for name, each in found.items()} == {
        name: each.tobytes() for name, each in wanted.items()
    }
    assert read_arrays(path)[1]["classes"] == list("abcd")


def cube(x):
    return x**3


def relu(x):
    return -x


@pytest.mark.parametrize("own", [cube, relu, pt.cos])
def test_an_activation_of_ones_own(own, path, rng):
    """A file can only name it, never mistakes it for ours, and says how to load the model."""
    model = MLP(rng, 36, 5, 4, activation=own)
    model.weights[-1].set_value(rng.normal(size=(5, 4)).astype(model.weights[-1].dtype))
    save_model(path, model)
    message = (
        rf"^{path} does not fit this version's MLP \(there is no activation '.*\): load_model t"
    )
    with pytest.raises(InputError, match=message) as caught:
        load_model(path)
    assert getattr(own, "__name__", str(own)) in str(caught.value)
    loaded = load_model(path, activation=own)
    np.testing.assert_array_equal(*outputs(model, loaded))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            {},
            "names the model None, which cannot be built: valid names: Autoencoder, DBN, LeNet",
        ),
        ({"model": "MPL"}, "names the model 'MPL', which cannot be built: did you mean MLP"),
        ({"model": ["MLP"]}, r"names the model \['MLP'\], which cannot be built"),
        ({"model": "os.system", "arguments": {"command": "ls"}}, "names the model 'os.system'"),
        ({"model": "MLP"}, r"does not fit this version's MLP \(.*missing"),
        ({"model": "MLP", "arguments": [1]}, r"does not fit this version's MLP"),
        ({"model": "MLP", "arguments": {"n_in": -1, "n_hidden": 2, "n_out": 2}}, "does not fit"),
        ({"model": "MLP", "arguments": {"n_in": "a", "n_hidden": 2, "n_out": 2}}, "does not fit"),
        (
            {"model": "MLP", "arguments": {"n_in": 10**15, "n_hidden": 2, "n_out": 2}},
            "does not fit",
        ),
        ({"model": "MLP", "arguments": {"colour": 3}}, r"does not fit .*'colour'"),
        (
            {"model": "MLP", "arguments": {"n_in": 3, "n_hidden": 2, "n_out": 2}},
            "is of another model: it holds W, b; this one needs hidden0.W, hidden0.b, output.W",
        ),
        (
            {"model": "LogisticRegression", "arguments": {"n_in": 3, "n_out": 2}},
            r"is of another model: W has shape \(5, 2\) there and \(3, 2\) here",
        ),
    ],
)
def test_headers_that_do_not_fit(header, message, path):
    write_arrays(path, named_values(LogisticRegression(5, 2).params), header)
    with pytest.raises(InputError, match=rf"^{path} {message}"):
        load_model(path)
