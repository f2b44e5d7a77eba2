"""The likelihood of one frame after another by loops, and by the model."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.models import RNNNADE

rng = np.random.default_rng(1)
model = RNNNADE(np.random.RandomState(1), n_visible=6, n_hidden=4, n_recurrent=3)
for each in model.params:
    each.set_value(rng.normal(size=each.get_value().shape))
p = {each.name: each.get_value() for each in model.params}
piece = (rng.random((5, 6)) < 0.3).astype(float)


def sigmoid(a):
    """The logistic function."""
    return 1 / (1 + np.exp(-a))


u, log_p = np.zeros(3), []
for v in piece:
    bv, a = p["bv"] + u @ p["Wuv"], p["bh"] + u @ p["Wuh"]
    total = 0.0
    for i in range(6):
        on = sigmoid(bv[i] + p["V"][i] @ sigmoid(a))
        total += np.log(on if v[i] else 1 - on)
        a = a + v[i] * p["W"][i]
    log_p.append(total)
    u = np.tanh(p["bu"] + v @ p["Wvu"] + u @ p["Wuu"])

frames, length = pt.tensor3("frames"), pt.lvector("length")
f = function([frames, length], model.log_likelihoods(frames, length)[0])
np.testing.assert_allclose(f(piece[None], np.array([5])), log_p)
