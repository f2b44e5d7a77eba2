"""What is measured: arrays, sizes and rates of every work, the same for all peers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

SEED = 1234
N_TRAIN, N_TEST = 50_000, 10_000  # as many pictures as MNIST has
TRAINING = ("logistic", "mlp", "lenet")
RULED = ("mlp-momentum", "mlp-adam")  # rules with a memory
DRAWING = ("da", "rbm", "dbn", "hmc")  # everyone with random numbers of their own
RECURRENT = ("lstm", "gru", "chars", "elman", "rnnrbm")
SEGMENTING = ("unet",)


def everything(arrays):
    return arrays


def moments(arrays):
    """Mean and deviation of each: what weights have in common that saw other random numbers."""
    return [np.array([[array.mean(), array.std()] for array in arrays])]


def moments_of_weights(arrays):
    """Those of the first array alone, where the biases follow chains that wander.

    Of ten seeds of one program, two differ by up to 0.6 in the hidden biases, by 0.015 in the
    weights and by 0.063 in the mean cost.
    """
    return moments(arrays[:1])


def mean_and_covariance(arrays):
    """Of the draws of all chains together, shape (n, chains, dim)."""
    (draws,) = arrays
    points = draws.reshape(-1, draws.shape[-1])
    return [points.mean(axis=0), np.cov(points.T)]


@dataclass(frozen=True)
class Work:
    """One row of work.

    Attributes
    ----------
    name, title : str
    settings : dict
        What a peer needs to know besides the arrays: ``kind`` says what is computed.
    calls : int
        Steps (or batches, or convolutions) in one round.
    rounds : int
        Rounds in one repeat, at least; training begins each with the first minibatch again.
    checked_calls : int
        Steps after which all peers must have the same weights.
    tolerance : float
        Largest difference allowed, relative to the largest element of an array.
    compared : callable
        The arrays to those that must be the same: all, or what random numbers hardly change.
    """

    name: str
    title: str
    settings: dict = field(default_factory=dict)
    calls: int = 1
    rounds: int = 1
    checked_calls: int = 1
    tolerance: float = 2e-4
    compared: Callable = everything

    def arrays(self) -> dict:
        """The data, the first weights, and whatever else is given: {name: array}."""
        return ARRAYS[self.settings["kind"]](self.settings)


def weights(sizes, rng):
    """Weights, drawn by Glorot's rule, and zero biases of dense layers."""
    arrays = []
    for n_in, n_out in pairwise(sizes):
        bound = np.sqrt(6 / (n_in + n_out))
        arrays += [rng.uniform(-bound, bound, (n_in, n_out)), np.zeros(n_out)]
    return arrays


def filters(maps, size, rng):
    """Weights and zero biases of convolutions of size x size pixels, pooled by 2 x 2."""
    arrays = []
    for n_in, n_out in pairwise(maps):
        bound = np.sqrt(6 / (size * size * (n_in + n_out / 4)))
        arrays += [rng.uniform(-bound, bound, (n_out, n_in, size, size)), np.zeros(n_out)]
    return arrays


def pixels_behind(side: int, size: int = 5) -> int:
    """Pixels of a map of LeNet, both convolutions and pools done."""
    return (((side - size + 1) // 2 - size + 1) // 2) ** 2


def digits(n, side=28, noise=0.01):
    """The embedded digits, repeated up to `n` pictures of side x side pixels, with a little noise.

    Without it black pixels make equal maxima in the pools, and there libraries differ: Theano sends
    the gradient to all of them, the others to one.
    """
    from dltut.datasets import load

    x, y = (np.concatenate([getattr(split, name) for split in load("digits")]) for name in "xy")
    chosen = np.arange(n) % len(x)
    border = (0, max(side - 28, 0))
    pictures = np.pad(x.reshape(-1, 28, 28), [(0, 0), border, border])[chosen, :side, :side]
    if noise:
        rng = np.random.default_rng(SEED)
        pictures = pictures + noise * rng.random(pictures.shape, dtype="float32")
    return pictures.reshape(n, -1), y[chosen]


def autoencoder(settings):
    """Pictures, and the first weights that sigmoid units get in the tutorials."""
    x, y = digits(settings.get("n_examples", N_TRAIN), noise=0)
    W, hbias = weights([x.shape[1], settings["n_hidden"]], np.random.RandomState(SEED))
    params = [4 * W, hbias, np.zeros(x.shape[1])]
    return _named(params) | {"x": x.astype("float32"), "y": y.astype("int32")}


def gaussian(settings):
    """The tutorial's Gaussian, and chains that begin at draws of it."""
    rng, dim = np.random.RandomState(12345), settings["dim"]
    mean, covariance = 10 * rng.rand(dim), rng.rand(dim, dim)
    covariance = (covariance + covariance.T) / 2
    np.fill_diagonal(covariance, 1)
    x = rng.multivariate_normal(mean, covariance, settings["chains"])
    arrays = {"x": x, "mean": mean, "precision": np.linalg.inv(covariance)}
    return {name: array.astype("float32") for name, array in arrays.items()}


def network(settings):
    """Data, and the first weights of a classifier."""
    rng = np.random.RandomState(SEED)
    n, side = settings.get("n_examples", N_TRAIN), settings.get("side", 28)
    x, y = digits(n, side)
    n_classes, hidden = 10, settings.get("n_hidden", [])
    maps = settings.get("maps", [])
    n_features = maps[-1] * pixels_behind(side) if maps else side * side
    params = filters([1, *maps], 5, rng) + weights([n_features, *hidden, n_classes], rng)
    return _named(params) | {"x": x.astype("float32"), "y": y.astype("int32")}


def recurrent(settings):
    """Rows of words padded with 0, their labels, and first weights of an embedding and a cell."""
    rng, s = np.random.RandomState(SEED), settings
    shape = s["n_examples"], s["steps"]
    lengths = rng.randint(s["shortest"], s["steps"] + 1, s["n_examples"])
    words = rng.randint(1, s["n_words"], shape) * (np.arange(s["steps"]) < lengths[:, None])
    y = rng.randint(0, s["n_classes"], shape if s["every"] else shape[:1])
    return _cell_weights(s, rng) | {"words": words.astype("int32"), "y": y.astype("int32")}


def tagger(settings):
    """Sentences of one length as windows of words, a tag a word, and first weights."""
    rng, s = np.random.RandomState(SEED), settings
    shape = s["n_examples"], s["steps"]
    words = rng.randint(1, s["n_words"], (*shape, s["window"]))
    y = rng.randint(0, s["n_classes"], shape)
    return _cell_weights(s, rng) | {"words": words.astype("int32"), "y": y.astype("int32")}


def _cell_weights(s, rng):
    """An embedding's, a cell's, of all gates side by side, and a linear layer's."""
    n, n_sums = s["n_out"], s["gates"] * s["n_out"]
    n_in = s["n_in"] * s.get("window", 1)
    shapes = (s["n_words"], s["n_in"]), (n_in, n_sums), (n, n_sums), (n, s["n_classes"])
    table, W, U, top = (rng.uniform(-1, 1, shape) / np.sqrt(shape[0]) for shape in shapes)
    table *= np.sqrt(s["n_words"]) / 10
    return _named([table, W, U, np.zeros(n_sums), top, np.zeros(s["n_classes"])])


def music(settings):
    """Pieces of one length as zeros and ones, and first weights of an RNN-RBM in dltut's order."""
    rng, s = np.random.RandomState(SEED), settings
    v, h, u = s["n_visible"], s["n_hidden"], s["n_recurrent"]
    x = rng.random_sample((s["n_examples"], s["steps"], v)) < 0.1
    shapes = (v, h), (v,), (h,), (u, h), (u, v), (v, u), (u, u), (u,)
    params = [rng.normal(0, 0.01 * (len(shape) == 2), shape) for shape in shapes]
    return _named(params) | {"x": x.astype("float32")}


def convolution(settings):
    """Pictures, filters, and a gradient that comes back from above."""
    rng = np.random.RandomState(SEED)
    n, channels, rows, columns = settings["pictures"]
    maps, _, *kernel = settings["filters"]
    out = [
        (side + 2 * pad - size) // settings["stride"] + 1
        for side, size, pad in zip((rows, columns), kernel, settings["padding"], strict=True)
    ]
    shapes = {"x": settings["pictures"], "p0": settings["filters"], "g": (n, maps, *out)}
    scale = np.sqrt(1 / (channels * kernel[0] * kernel[1]))
    arrays = {name: rng.uniform(-1, 1, shape).astype("float32") for name, shape in shapes.items()}
    return arrays | {"p0": arrays["p0"] * np.float32(scale)}


def segmentation(settings):
    """Noisy pictures, the class of each pixel, and first weights of a U-Net in dltut's order."""
    from dltut.models import UNet

    rng, side = np.random.RandomState(SEED), settings["side"]
    n, classes = settings["n_examples"], settings["n_classes"]
    model = UNet(rng, (1, side, side), classes, settings["n_filters"], settings["depth"])
    fields = rng.normal(size=(n, side // 8, side // 8)).repeat(8, 1).repeat(8, 2)
    y = (fields > 0).astype("int32") + (fields > 1)
    x = y / 4 + 0.1 * rng.normal(size=y.shape)
    arrays = _named([each.get_value() for each in model.params])
    return arrays | {"x": x.reshape(n, -1).astype("float32"), "y": y.astype("int32")}


def _named(params):
    return {f"p{i}": np.asarray(param, "float32") for i, param in enumerate(params)}


ARRAYS = {
    "network": network,
    "evaluation": network,
    "convolution": convolution,
    "autoencoder": autoencoder,
    "rbm": autoencoder,
    "hmc": gaussian,
    "recurrent": recurrent,
    "tagger": tagger,
    "music": music,
    "segmentation": segmentation,
}

LENET = {"maps": [20, 50], "n_hidden": [500], "batch_size": 500, "learning_rate": 0.1, "l2": 0.0}
DA = {"n_hidden": 500, "batch_size": 20, "learning_rate": 0.1, "corruption": 0.3}
RBM = {"n_hidden": 500, "batch_size": 20, "learning_rate": 0.1, "k": 15, "persistent": True} | {
    "stride": 485  # from the bit that the pseudo-likelihood flips to the next one
}
DBN = {"n_hidden": 1000, "batch_size": 10, "learning_rate": 0.01, "k": 1, "persistent": False}
HMC = {"dim": 5, "chains": 3, "n_steps": 20, "target": 0.9, "stepsize": 0.4, "smallest": 0.001} | {
    "largest": 0.5,
    "increase": 1.02,
    "decrease": 0.98,
}

SENTIMENT = {"kind": "recurrent", "n_words": 10_000, "n_in": 128, "n_out": 128, "n_classes": 2} | {
    "n_examples": 320, "steps": 100, "shortest": 40, "batch_size": 16, "every": False,
    "rule": "adadelta", "rho": 0.95, "epsilon": 1e-6,
}  # fmt: skip
CHARS = {"kind": "recurrent", "n_words": 96, "n_in": 64, "n_out": 512, "n_classes": 96} | {
    "n_examples": 256, "steps": 64, "shortest": 64, "batch_size": 64, "every": True,
    "rule": "sgd", "learning_rate": 0.5, "cell": "lstm", "gates": 4,
}  # fmt: skip
TAGGER = {"kind": "tagger", "n_words": 572, "n_in": 50, "window": 7, "n_out": 200} | {
    "n_classes": 127, "n_examples": 500, "steps": 12, "batch_size": 1, "every": True,
    "rule": "sgd", "learning_rate": 0.06, "cell": "elman", "gates": 1,
}  # fmt: skip
MUSIC = {"n_visible": 88, "n_hidden": 150, "n_recurrent": 100, "k": 15} | {
    "n_examples": 250, "steps": 100, "batch_size": 1, "learning_rate": 0.01,
}  # fmt: skip
UNET = {"kind": "segmentation", "side": 128, "n_filters": 16, "depth": 4, "n_classes": 3} | {
    "n_examples": 16, "batch_size": 4, "learning_rate": 0.05,
}  # fmt: skip


def _learning(name, title, kind, settings, calls, checked_calls, tolerance, compared=moments):
    settings = {"kind": kind} | settings
    return Work(name, title, settings, calls, 1, checked_calls, tolerance, compared)


def _ruled(name, title, rule, learning_rate, compared, tolerance):
    settings = {"kind": "network", "n_hidden": [500], "batch_size": 20, "l2": 1e-4, "rule": rule}
    settings |= {"learning_rate": learning_rate}
    return Work(name, title, settings, 500, 1, 50, tolerance, compared)


def _conv(name, title, pictures, filters, padding=(0, 0), stride=1, calls=4):
    settings = {"pictures": pictures, "filters": filters, "padding": padding, "stride": stride}
    return Work(f"conv-{name}", title, {"kind": "convolution"} | settings, calls)


WORKS = {
    work.name: work
    for work in (
        Work(
            "logistic",
            "logistic regression 784-10, batch 600",
            {"kind": "network", "batch_size": 600, "learning_rate": 0.13, "l2": 0.0},
            calls=83,
            rounds=4,
            checked_calls=20,
        ),
        Work(
            "mlp",
            "MLP 784-500-10 tanh, batch 20, L2",
            {"kind": "network", "n_hidden": [500], "batch_size": 20}
            | {"learning_rate": 0.01, "l2": 1e-4},
            calls=500,
            checked_calls=50,
        ),
        _ruled("mlp-momentum", "MLP with momentum 0.9", "momentum", 0.01, everything, 2e-4),
        # Where a gradient is nearly 0, its sign decides, and rounding decides its sign.
        _ruled("mlp-adam", "MLP with Adam", "adam", 0.001, moments, 2e-3),
        Work("lenet", "LeNet 20-50-500, batch 500", {"kind": "network"} | LENET, 4, 1, 5, 1e-3),
        Work(
            "lenet-eval",
            "LeNet, evaluation, batch 500",
            {"kind": "evaluation", "n_examples": N_TEST} | LENET,
            calls=20,
            checked_calls=20,
        ),
        _learning("da", "dA 784-500, corruption 0.3, batch 20", "autoencoder", DA, 500, 500, 0.02),
        _learning(
            "rbm", "RBM 784-500, PCD-15, batch 20", "rbm", RBM, 60, 150, 0.1, moments_of_weights
        ),
        _learning("dbn", "DBN layer 784-1000, CD-1, batch 10", "rbm", DBN, 300, 300, 0.015),
        Work(
            "hmc",
            "HMC, 5-D Gaussian, 3 chains, 20 steps",
            {"kind": "hmc"} | HMC,
            calls=4000,
            checked_calls=4000,
            tolerance=0.25,  # few of these draws are independent
            compared=mean_and_covariance,
        ),
        Work(
            "lstm",
            "LSTM sentiment, 128 units, batch 16, 100 steps",
            SENTIMENT | {"cell": "lstm", "gates": 4},
            calls=20,
            checked_calls=5,
            tolerance=2e-3,
        ),
        Work(
            "gru",
            "GRU sentiment, 128 units, batch 16, 100 steps",
            SENTIMENT | {"cell": "gru", "gates": 3},
            calls=20,
            checked_calls=5,
            tolerance=2e-3,
        ),
        Work("chars", "LSTM of characters, 512 units, batch 64, 64 steps", CHARS, 4, 1, 4),
        Work("unet", "U-Net, 16 filters, 128 x 128, batch 4", UNET, 4, 1, 2, 5e-3),
        Work("elman", "Elman tagger, one sentence of 12 words", TAGGER, 500, 1, 50),
        _learning("rnnrbm", "RNN-RBM 88-150-100, 100 frames, CD-15", "music", MUSIC, 20, 200, 0.05),
        _conv("lenet1", "5x5, 1 to 20 maps", (500, 1, 28, 28), (20, 1, 5, 5)),
        _conv("lenet2", "5x5, 20 to 50 maps", (500, 20, 12, 12), (50, 20, 5, 5)),
        _conv("3x3-32", "3x3, 32 to 32 maps, half", (64, 32, 28, 28), (32, 32, 3, 3), (1, 1)),
        _conv("3x3-64", "3x3, 64 to 64 maps, half", (64, 64, 14, 14), (64, 64, 3, 3), (1, 1)),
        _conv("stride2", "3x3, 32 to 64, stride 2", (64, 32, 28, 28), (64, 32, 3, 3), (1, 1), 2),
        _conv("full", "5x5, 50 to 20 maps, full", (128, 50, 8, 8), (20, 50, 5, 5), (4, 4)),
    )
}
CONVOLUTIONS = tuple(name for name in WORKS if name.startswith("conv-"))
