"""Two chords in turn, with and without memory; the likelihood is a sum over 32 frames."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.models import RNNRBM
from dltut.models.music.judging import frame_rows
from dltut.optim import sgd

piece = np.zeros((1, 20, 5))
piece[0, ::2, :2] = piece[0, 1::2, 3:] = 1
n_frames = np.array([20])
states = ((np.arange(32)[:, None] >> np.arange(5)) & 1).astype(float)


def log_likelihood(model):
    """Nats a frame, exactly."""
    v, vbias, hbias = frame_rows(model, piece, n_frames)
    W = model.W.get_value()
    log_p = (v * vbias).sum(axis=1) + np.logaddexp(0, v @ W + hbias).sum(axis=1)
    every = states @ vbias.T + np.logaddexp(0, states[:, None] @ W + hbias).sum(axis=2)  # (32, n)
    return (log_p - np.logaddexp.reduce(every, axis=0)).mean()


frames, length = pt.tensor3("frames"), pt.lvector("length")
found = {}
for memory in (True, False):
    model = RNNRBM(np.random.RandomState(1), n_visible=5, n_hidden=6, n_recurrent=4)
    if not memory:
        model.Wuv.set_value(0 * model.Wuv.get_value())
        model.Wuh.set_value(0 * model.Wuh.get_value())
    cost = model.cost(frames, length, k=5)
    updates = sgd(cost, model.params, 0.3)
    if not memory:
        del updates[model.Wuv], updates[model.Wuh]
    step = function([frames, length], cost, updates)
    for _ in range(800):
        step(piece, n_frames)
    found[memory] = log_likelihood(model)
    print(f"{'with' if memory else 'without'} memory: {found[memory]:.2f} nats a frame")
assert found[True] > -0.5 and found[False] < -np.log(2)
