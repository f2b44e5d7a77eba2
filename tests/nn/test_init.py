"""Initial weights: bounds, moments, shapes, and the same for the same seed."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.nn import init

DRAWN = {
    "uniform": init.uniform(0.1),
    "normal": init.normal(),
    "glorot_tutorial": init.glorot_tutorial(),
    "glorot_uniform": init.glorot_uniform(),
    "glorot_normal": init.glorot_normal(),
    "he_uniform": init.he_uniform(),
    "he_normal": init.he_normal(),
    "orthogonal": init.orthogonal(),
    "sparse": init.sparse(3),
}
SHAPE = 200, 300
VARIANCE = {
    "uniform": 0.01 / 3,
    "normal": 1e-4,
    "glorot_tutorial": 2 / 500,
    "glorot_uniform": 2 / 500,
    "glorot_normal": 2 / 500,
    "he_uniform": 2 / 200,
    "he_normal": 2 / 200,
    "orthogonal": 1 / 300,
    "sparse": 3 / 200,
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("generator", [np.random.RandomState, np.random.default_rng])
def test_moments_and_seeds(name, generator):
    W = DRAWN[name](generator(3), SHAPE)
    assert W.shape == SHAPE and abs(W.mean()) < 5 * np.sqrt(VARIANCE[name] / W.size)
    np.testing.assert_allclose(W.var(), VARIANCE[name], rtol=0.1 if name == "sparse" else 0.03)
    np.testing.assert_array_equal(W, DRAWN[name](generator(3), SHAPE))
    assert not np.array_equal(W, DRAWN[name](generator(4), SHAPE))


def test_bounds():
    """A sigmoid's is four times as wide, those of LeNet's two convolutions are published."""
    for initializer, shape, bound in (
        (init.glorot_tutorial(), (784, 500), np.sqrt(6 / 1284)),
        (init.glorot_tutorial(pt.sigmoid), (784, 500), 4 * np.sqrt(6 / 1284)),
        (init.glorot_tutorial(pool=(2, 2)), (20, 1, 5, 5), 0.2),
        (init.glorot_tutorial(pool=(2, 2)), (50, 20, 5, 5), 0.08596),
        (init.glorot_uniform(2.0), (784, 500), 2 * np.sqrt(6 / 1284)),
        (init.he_uniform(), (784, 500), np.sqrt(6 / 784)),
    ):
        largest = np.abs(initializer(np.random.RandomState(0), shape)).max()
        assert 0.98 * bound < largest <= 1.0001 * bound


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (6, 2, 3, 3)])
def test_orthogonal(shape, rng):
    W = init.orthogonal(1.5)(rng, shape)
    flat = W.reshape(shape[0], -1)
    square = flat.T @ flat if flat.shape[0] > flat.shape[1] else flat @ flat.T
    assert W.shape == shape
    np.testing.assert_allclose(square, 1.5**2 * np.eye(len(square)), atol=1e-12)


def test_sparse(rng):
    W = init.sparse(4)(rng, (10, 30))
    assert ((W != 0).sum(axis=0) == 4).all()
    for n in (0, 11):
        with pytest.raises(InputError, match=rf"^{n} nonzero weights of 10 inputs: choose 1 to 10"):
            init.sparse(n)(rng, (10, 30))
    with pytest.raises(InputError, match=r"^sparse weights have shape \(n_in, n_out\); the shape"):
        init.sparse(1)(rng, (4, 1, 5, 5))


def test_fans():
    assert init.fans((784, 500)) == (784, 500) and init.fans((50, 20, 5, 4)) == (400, 1000)
    with pytest.raises(InputError, match=r"^fans need a weight of two axes or more; .* \(3,\)"):
        init.fans((3,))


def test_descriptions(rng):
    """Plain values, as a file has them."""
    for described, wanted in (
        ({"name": "uniform", "limit": 0.05}, init.uniform(0.05)),
        ({"name": "sparse", "n_nonzero": 2, "deviation": 0.5}, init.sparse(2, 0.5)),
        ("glorot_normal", init.glorot_normal()),
        ({"name": "constant", "value": 3}, init.constant(3)),
    ):
        drawn = (
            make(np.random.default_rng(1), (4, 5)) for make in (init.initializer(described), wanted)
        )
        np.testing.assert_array_equal(*drawn)
    for described, message in (
        ({"name": "norml"}, r"there is no initializer 'norml': did you mean normal\?"),
        ({"limit": 1}, "there is no initializer None: valid names: bilinear, chrono, constant"),
        ({"name": "uniform"}, "initializer uniform: limit is missing: give a number"),
        ({"name": "uniform", "limit": "1"}, "initializer uniform: limit is '1'; expected a number"),
        ({"name": "normal", "std": 1.0}, "initializer normal: there is no std; valid names: devia"),
    ):
        with pytest.raises(InputError, match=f"^{message}"):
            init.initializer(described)


def test_constant(rng):
    np.testing.assert_array_equal(init.constant(2.5)(rng, (2, 3)), np.full((2, 3), 2.5))


def test_chrono(rng):
    """A gate keeps t / (t + 1) of a memory, t between 1 and 99; as much less is written."""
    for cell, keeping, writing in (("lstm", 1, 0), ("gru", None, 1)):
        n_gates = {"lstm": 4, "gru": 3}[cell]
        b = init.chrono(100, cell)(rng, (n_gates * 5000,)).reshape(n_gates, 5000)
        kept = 1 / (1 + np.exp(b[writing]))
        times = kept / (1 - kept)
        assert 1 <= times.min() < 2 and 98 < times.max() <= 99
        assert abs(times.mean() - 50) < 2
        if keeping is not None:
            np.testing.assert_array_equal(b[keeping], -b[writing])
        assert not b[[k for k in range(n_gates) if k not in (keeping, writing)]].any()
    with pytest.raises(InputError, match="gates of lstm and gru, not of 'elman'"):
        init.chrono(100, "elman")
    with pytest.raises(InputError, match="3 steps or more, not 2"):
        init.chrono(2)
    with pytest.raises(InputError, match=r"of 4 gates side by side have one axis, not \(5,\)"):
        init.chrono(9)(rng, (5,))
