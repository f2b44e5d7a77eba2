"""Models from files: the same outputs, and files that are not what they should be."""

from dataclasses import InitVar
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
import pytest
from formats.make import MODELS

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import BatchNorm, Dense, Network
from dltut.machine.remember import remember
from dltut.machine.serialize import named_values, read_arrays, write_arrays
from dltut.machine.shared import shared_zeros
from dltut.models import MLP, LogisticRegression, load_model, save_model
from dltut.models.saved import variables_of

FORMATS = Path(__file__).parents[1] / "formats"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def outputs(*models):
    x = pt.as_tensor(np.random.RandomState(0).rand(3, 36))
    return function([], [model(x) for model in models], mode="FAST_COMPILE")()


@pytest.mark.parametrize("make", MODELS)
def test_equal_outputs(make, path, rng):
    model = make(rng)
    for each in variables_of(model):
        each.set_value(rng.normal(size=each.get_value().shape).astype(each.dtype))
    save_model(path, model, {"classes": list("abcd")})
    loaded = load_model(path)
    assert type(loaded) is type(model) and loaded.arguments == model.arguments
    np.testing.assert_array_equal(*outputs(model, loaded))
    found, wanted = (named_values(variables_of(each)) for each in (loaded, model))
    assert {name: each.tobytes() for name, each in found.items()} == {
        name: each.tobytes() for name, each in wanted.items()
    }
    assert read_arrays(path)[1]["classes"] == list("abcd")


@pytest.mark.parametrize("file", sorted(FORMATS.glob("*/*.safetensors")), ids=lambda f: f.stem)
def test_files_of_earlier_versions(file):
    """Written by them, with an input and what the model made of it."""
    header = read_arrays(file)[1]
    model = load_model(file)
    assert (
        type(model).__name__ == file.stem
        and header["arguments"].items() <= {**model.arguments}.items()
    )
    x = np.array(header["x"], dtype="float32")
    found = function([], model(pt.as_tensor(x)), mode="FAST_COMPILE")()
    np.testing.assert_allclose(found, header["outputs"], rtol=1e-5, atol=1e-6)


class Net(Network):
    """A network of one's own, with averages of a layer and one of its own."""

    rng: InitVar
    n_hidden: int
    scales: list

    def __post_init__(self, rng):
        self.hidden = Dense(rng, 36, self.n_hidden, name="hidden")
        self.normal = BatchNorm(self.n_hidden, name="hidden")
        self.seen = shared_zeros((), "seen")

    @property
    def kept(self):
        return [*super().kept, self.seen]

    def __call__(self, x, train=False):
        h = self.normal(self.hidden(x, train), train) * self.scales[1]
        return remember(h, self.seen, self.seen + 1) if train else h + self.seen


class Plain:
    """One that knows nothing of this library's classes."""

    def __init__(self, n_out):
        self.arguments, self.W = {"n_out": n_out}, shared_zeros((36, n_out), "W")
        self.params = [self.W]

    def __call__(self, x):
        return x @ self.W


@pytest.mark.parametrize("model", [Net(np.random.RandomState(1), 5, [1, 2.5]), Plain(3)])
def test_a_class_of_ones_own_is_handed_over(model, path, rng):
    """With all its state; a file that names it is refused without it, and nothing is imported."""
    x = pt.as_tensor(rng.random((3, 36)))
    if isinstance(model, Net):
        learn = function([], model(x, train=True), mode="FAST_COMPILE")
        learn(), learn()
        assert model.seen.get_value() == 2
    model.params[0].set_value(rng.random(model.params[0].get_value().shape).astype("float32"))
    save_model(path, model)
    kind = type(model)
    loaded = load_model(path, [kind])
    assert type(loaded) is kind and loaded.arguments == model.arguments
    np.testing.assert_array_equal(*outputs(model, loaded))
    with pytest.raises(InputError, match=rf"names the model '{kind.__name__}', .* names=\[Class\]"):
        load_model(path)


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_a_model_that_diverged_is_refused(bad, path):
    model = LogisticRegression(36, 4)
    model.b.set_value(np.array([0, bad, 0, 0], dtype=model.b.dtype))
    save_model(path, model)
    message = rf"^{path} holds NaN or infinite values in b: this training diverged; train again"
    with pytest.raises(InputError, match=message):
        load_model(path)


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
            "names the model None, which cannot be built: valid names: Autoencoder, Bidirect",
        ),
        ({"model": "MPL"}, "names the model 'MPL', which cannot be built: did you mean MLP"),
        ({"model": "load_model"}, "names the model 'load_model', which cannot be built"),
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
