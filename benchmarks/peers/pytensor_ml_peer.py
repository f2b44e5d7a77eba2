"""pytensor-ml: its layers and its compiled step, minibatches handed in as views."""

from itertools import pairwise

import numpy as np
import pytensor
from pytensor_ml.activations import Tanh
from pytensor_ml.layers import Conv2D, Flatten, Input, Linear, MaxPool2D, Sequential
from pytensor_ml.loss import CrossEntropy, supervised_loss
from pytensor_ml.optim import compile_train, sgd


def versions():
    import pytensor_ml

    return {"pytensor-ml": pytensor_ml.__version__, "pytensor": pytensor.__version__}


def build(work, arrays, options):
    pytensor.config.floatX = "float32"
    kinds = {"network": network, "evaluation": evaluation}
    return kinds[work["kind"]](work, arrays, options["mode"])


def given_model(work, arrays):
    """Scores of an input, and the parameters; filters turned round: pytensor-ml correlates."""
    side, maps = work.get("side", 28), [1, *work.get("maps", [])]
    x = Input("x", (None, side, side, 1) if maps[1:] else (None, side * side))
    parts, params = [], []
    for i, (before, after) in enumerate(pairwise(maps)):
        layer = Conv2D(f"conv{i}", in_channels=before, out_channels=after, kernel_size=5)
        parts += [layer, MaxPool2D(), Tanh()]
        params += [layer.W, layer.b]
    if maps[1:]:
        parts += [lambda maps: maps.transpose(0, 3, 1, 2), Flatten]
    first = 2 * len(maps) - 2
    sizes = [arrays[f"p{first}"].shape[0], *work.get("n_hidden", []), 10]
    for i, (before, after) in enumerate(pairwise(sizes)):
        layer = Linear(f"dense{i}", n_in=before, n_out=after)
        parts += [layer, Tanh()]
        params += [layer.W, layer.b]
    for i, param in enumerate(params):
        value = arrays[f"p{i}"]
        turned = value[:, :, ::-1, ::-1].transpose(2, 3, 1, 0) if value.ndim == 4 else value
        param.set_value(np.ascontiguousarray(turned))
    return x, Sequential(*parts[:-1])(x), params


def pictures(work, arrays):
    side = work.get("side", 28)
    x = arrays["x"]
    return (x.reshape(-1, side, side, 1) if work.get("maps") else x), arrays["y"].astype("int64")


def network(work, arrays, mode):
    x, scores, params = given_model(work, arrays)
    cost, y = supervised_loss(scores, CrossEntropy(expect_logits=True))
    if work["l2"]:
        cost = cost + np.float32(work["l2"]) * sum((W**2).sum() for W in params[::2])
    rule = sgd(work["learning_rate"])
    step = compile_train(cost, rule, inputs=[x, y], compile_kwargs={"mode": mode})
    data, labels = pictures(work, arrays)
    size = work["batch_size"]

    def run(n):
        batches = (slice(index * size, (index + 1) * size) for index in range(n))
        return [step(data[batch], labels[batch]) for batch in batches]

    def result():
        values = (np.asarray(param.get_value()) for param in params)
        return [v.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1] if v.ndim == 4 else v for v in values]

    return run, result


def evaluation(work, arrays, mode):
    x, scores, _ = given_model(work, arrays)
    y = pytensor.tensor.lvector("y")
    wrong = pytensor.tensor.neq(scores.argmax(1), y).sum()
    errors = pytensor.function([x, y], wrong, mode=mode)
    data, labels = pictures(work, arrays)
    size = work["batch_size"]

    def run(n):
        batches = (slice(index * size, (index + 1) * size) for index in range(n))
        return [errors(data[batch], labels[batch]) for batch in batches]

    return run, list
