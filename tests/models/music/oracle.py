"""The recurrence frame by frame in NumPy, and small models whose weights are not near 0."""

import numpy as np

SIZES = {"n_visible": 5, "n_hidden": 4, "n_recurrent": 3}


def small(kind, seed=1, scale=0.7):
    """A model with weights that matter."""
    rng = np.random.default_rng(seed)
    model = kind(np.random.RandomState(seed), **SIZES)
    for each in model.params:
        each.set_value(rng.normal(0, scale, each.get_value().shape).astype(each.dtype))
    return model


def values(model):
    return {each.name: each.get_value() for each in model.params}


def biases(model, piece):
    """(bias of the notes, of the hidden units) of each frame of a piece (n_frames, n_visible)."""
    p, u = values(model), np.zeros(SIZES["n_recurrent"])
    for v in piece:
        yield p["bv"] + u @ p["Wuv"], p["bh"] + u @ p["Wuh"]
        u = np.tanh(p["bu"] + v @ p["Wvu"] + u @ p["Wuu"])


def batch(lengths=(4, 1, 6), longest=8, seed=2):
    rng = np.random.default_rng(seed)
    frames = np.zeros((len(lengths), longest, SIZES["n_visible"]))
    for piece, length in zip(frames, lengths, strict=True):
        piece[:length] = rng.random((length, SIZES["n_visible"])) < 0.4
    return frames, np.array(lengths, "int32")


def states(n):
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(float)
