"""dltut, through its public functions only."""

import numpy as np
import pytensor
import pytensor.tensor as pt

import dltut
from dltut.config import configure
from dltut.models import MLP, LeNet, LogisticRegression
from dltut.nn import conv2d, errors, l2, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function


def versions():
    return {"dltut": dltut.__version__, "pytensor": pytensor.__version__}


def build(work, arrays, options):
    configure(floatX="float32", mode=options["mode"], threads=options["threads"])
    kinds = {"network": network, "evaluation": evaluation, "convolution": convolution}
    return kinds[work["kind"]](work, arrays)


def given_model(work, arrays):
    """The model with the first weights that all peers share."""
    rng, n_hidden = np.random.RandomState(0), work.get("n_hidden", [])
    if work.get("maps"):
        side = work.get("side", 28)
        model = LeNet(rng, (1, side, side), work["maps"], n_hidden[0])
    elif n_hidden:
        model = MLP(rng, arrays["x"].shape[1], n_hidden, 10)
    else:
        model = LogisticRegression(arrays["x"].shape[1], 10)
    for i, param in enumerate(model.params):
        param.set_value(arrays[f"p{i}"])
    return model


def network(work, arrays):
    x, y = pt.matrix("x"), pt.ivector("y")
    model = given_model(work, arrays)
    cost = negative_log_likelihood(model(x), y)
    if work["l2"]:
        cost = cost + work["l2"] * l2(model.weights)
    train = dltut.shared_dataset((arrays["x"], arrays["y"]))
    updates = sgd(cost, model.params, work["learning_rate"])
    step = minibatch_function(cost, [x, y], train, work["batch_size"], updates)

    def result():
        return [param.get_value() for param in model.params]

    return lambda n: [step(index) for index in range(n)], result


def evaluation(work, arrays):
    x, y = pt.matrix("x"), pt.ivector("y")
    wrong = errors(given_model(work, arrays)(x), y)
    test = dltut.shared_dataset((arrays["x"], arrays["y"]))
    share = minibatch_function(wrong, [x, y], test, work["batch_size"])
    return lambda n: [share(index) * work["batch_size"] for index in range(n)], list


def convolution(work, arrays):
    x, w, g = (pytensor.shared(arrays[name], name) for name in ("x", "p0", "g"))
    stride = (work["stride"],) * 2
    out = conv2d(x, w, border_mode=tuple(work["padding"]), subsample=stride)
    gradients = pytensor.grad(None, [x, w], known_grads={out: g})
    both = dltut.function([], [out, *gradients])
    last = []

    def step():
        last[:] = both()
        return last[0][0, 0, 0, 0]

    return lambda n: [step() for _ in range(n)], lambda: last
