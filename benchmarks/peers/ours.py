"""dltut, through its public functions only."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from peers.ours_recurrent import music, recurrent, tagger

import dltut
from dltut.datasets import Masks, Pictures
from dltut.machine.config import configure
from dltut.models import DBN, MLP, RBM, LeNet, LogisticRegression, UNet, dA
from dltut.nn import conv2d, errors, l2, negative_log_likelihood
from dltut.optim import adam, momentum, sgd
from dltut.samplers import HMC
from dltut.tasks import Segmentation
from dltut.training import minibatch_function


def versions():
    return {"dltut": dltut.__version__, "pytensor": pytensor.__version__}


def build(work, arrays, options):
    configure("float32", options["device"], options["mode"], threads=options["threads"])
    kinds = {"network": network, "evaluation": evaluation, "convolution": convolution}
    kinds |= {"autoencoder": autoencoder, "rbm": boltzmann_machine, "hmc": sampler}
    kinds |= {"recurrent": recurrent, "tagger": tagger, "music": music}
    kinds |= {"segmentation": segmentation}
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
    rule = {"sgd": sgd, "momentum": momentum, "adam": adam}[work.get("rule", "sgd")]
    updates = rule(cost, model.params, work["learning_rate"])
    step = minibatch_function(cost, [x, y], train, work["batch_size"], updates)

    def result():
        return [param.get_value() for param in model.params]

    return lambda n: step.many(0, n), result


def evaluation(work, arrays):
    x, y = pt.matrix("x"), pt.ivector("y")
    wrong = errors(given_model(work, arrays)(x), y)
    test = dltut.shared_dataset((arrays["x"], arrays["y"]))
    share = minibatch_function(wrong, [x, y], test, work["batch_size"])

    def run(n):
        """Some minibatches, or all as a Trainer has them measured."""
        shares = [share.mean()] if n == share.n_batches else [share(i) for i in range(n)]
        return [each * work["batch_size"] for each in shares]

    return run, list


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


def learning(work, arrays, model, inputs, cost, updates):
    """Steps of a model whose parameters are the weights, the hidden and the visible biases."""
    for i, param in enumerate(model.params):
        param.set_value(arrays[f"p{i}"])
    train = dltut.shared_dataset((arrays["x"], arrays["y"]))
    step = minibatch_function(cost, inputs, train, work["batch_size"], updates)

    def result():
        return [param.get_value() for param in model.params]

    return lambda n: step.many(0, n), result


def autoencoder(work, arrays):
    x = pt.matrix("x")
    model = dA(np.random.RandomState(0), *arrays["p0"].shape)
    cost, updates = model.cost_updates(x, work["learning_rate"], work["corruption"])
    return learning(work, arrays, model, [x], cost, updates)


def boltzmann_machine(work, arrays):
    """By itself if its chains persist, else as the first layer of a deep belief network."""
    x, rng, sizes, k = pt.matrix("x"), np.random.RandomState(0), arrays["p0"].shape, work["k"]
    if work["persistent"]:
        model = RBM(rng, *sizes)
        chain = model.persistent_chain(work["batch_size"])
        cost, updates = model.cost_updates(x, work["learning_rate"], k, chain)
    else:
        stack = DBN(rng, *sizes)
        model = stack.rbms[0]
        cost, updates = stack.pretraining(0, x, work["learning_rate"], k=k)
    return learning(work, arrays, model, [x], cost, updates)


def segmentation(work, arrays):
    """Steps of a U-Net, as `scripts/train_unet.py` takes them but for the rule."""
    shape, n_classes = (1, work["side"], work["side"]), work["n_classes"]
    model = UNet(np.random.RandomState(0), shape, n_classes, work["n_filters"], work["depth"])
    for i, param in enumerate(model.params):
        param.set_value(arrays[f"p{i}"])
    task = Segmentation(Pictures(shape), Masks(tuple(map(str, range(n_classes)))))
    x, y = pt.matrix("x"), pt.itensor3("y")
    train = dltut.shared_dataset({"x": arrays["x"], "y": arrays["y"]})
    cost = task.cost(model(x, train=True), y)
    updates = sgd(cost, model.params, work["learning_rate"])
    step = minibatch_function(cost, [x, y], train, work["batch_size"], updates)

    def result():
        return [param.get_value() for param in model.params]

    return lambda n: step.many(0, n), result


def sampler(work, arrays):
    mean, precision = arrays["mean"], arrays["precision"]
    names = {"n_steps": "n_steps", "initial_stepsize": "stepsize", "stepsize_min": "smallest"}
    names |= {"stepsize_max": "largest", "stepsize_inc": "increase", "stepsize_dec": "decrease"}
    names |= {"target_acceptance_rate": "target"}
    settings = {ours: work[name] for ours, name in names.items()}

    def energy(x):
        return ((x - mean) @ precision * (x - mean)).sum(axis=1) / 2

    chains, kept = HMC(arrays["x"], energy, **settings), []

    def run(n):
        kept[:] = [chains.sample(n)]
        return [kept[0].mean()]

    return run, lambda: kept
