"""The recurrent works for `ours`: layers, costs and rules of the library."""

import numpy as np
import pytensor.tensor as pt

import dltut
from dltut.layers import GRU, LSTM, Dense, Elman, Embedding, Recurrent
from dltut.models import RNNRBM
from dltut.nn import negative_log_likelihood
from dltut.nn.sequences import mean_over_time
from dltut.optim import adadelta, sgd
from dltut.training import minibatch_function

CELLS = {"lstm": LSTM, "gru": GRU, "elman": Elman}


def layers(work, arrays):
    """Embedding, cell and top layer with the weights given."""
    words, W, U, b, top, top_b = (arrays[f"p{i}"] for i in range(6))
    options = {"activation": "sigmoid"} if work["cell"] == "elman" else {}
    n_in, n_out = W.shape[0], U.shape[0]
    return (
        Embedding(None, *words.shape, W=words),
        CELLS[work["cell"]](None, n_in, n_out, W=W, U=U, b=b, **options),
        Dense(None, n_out, top.shape[1], W=top, b=top_b, activation=None),
    )


def rule(work, cost, params):
    if work["rule"] == "adadelta":
        return adadelta(cost, params, rho=work["rho"], epsilon=work["epsilon"])
    return sgd(cost, params, work["learning_rate"])


def runner(params, step):
    return lambda n: step.many(0, n), lambda: [p.get_value() for p in params]


def recurrent(work, arrays):
    words, y = pt.imatrix("words"), pt.imatrix("y") if work["every"] else pt.ivector("y")
    embedding, cell, top = layers(work, arrays)
    mask = pt.neq(words.T, 0).astype("float32")
    h = Recurrent(cell)(embedding(words.T), None if work["every"] else mask)
    if work["every"]:
        cost = negative_log_likelihood(top(h.reshape((-1, cell.n_out))), y.T.ravel())
    else:
        cost = negative_log_likelihood(top(mean_over_time(h, mask)), y)
    params = [*embedding.params, *cell.params, *top.params]
    train = dltut.shared_dataset({name: arrays[name] for name in ("words", "y")})
    updates = rule(work, cost, params)
    step = minibatch_function(cost, [words, y], train, work["batch_size"], updates)
    return runner(params, step)


def tagger(work, arrays):
    """One sentence a step: windows of words, one after the other."""
    windows, y = pt.itensor3("words"), pt.imatrix("y")
    embedding, cell, top = layers(work, arrays)
    x = embedding(windows[0]).flatten(2)[:, None, :]
    h = Recurrent(cell)(x)
    cost = negative_log_likelihood(top(h[:, 0]), y[0])
    params = [*embedding.params, *cell.params, *top.params]
    train = dltut.shared_dataset({name: arrays[name] for name in ("words", "y")})
    updates = rule(work, cost, params)
    return runner(params, minibatch_function(cost, [windows, y], train, 1, updates))


def music(work, arrays):
    """A piece a step of the RNN-RBM, as `scripts/train_rnnrbm.py` takes it with its rule."""
    sizes = (work[name] for name in ("n_visible", "n_hidden", "n_recurrent"))
    model = RNNRBM(np.random.RandomState(0), *sizes)
    for i, param in enumerate(model.params):
        param.set_value(arrays[f"p{i}"])
    n, steps, _ = arrays["x"].shape
    train = dltut.shared_dataset({"x": arrays["x"], "length": np.full(n, steps, "int32")})
    frames, length = train.x.type("frames"), train.length.type("length")
    cost, updates = model.cost_updates(frames, length, work["learning_rate"], work["k"])
    step = minibatch_function(cost, [frames, length], train, work["batch_size"], updates)
    return runner(model.params, step)
