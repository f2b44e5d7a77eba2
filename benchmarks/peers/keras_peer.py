"""Keras 3 as most people use it: ``fit`` on arrays, compiled where the backend can."""

import os

import numpy as np

keras = None  # imported by `build`, once the backend is chosen


def versions():
    return {"keras": keras.__version__}


def build(work, arrays, options):
    global keras
    os.environ["KERAS_BACKEND"] = options["backend"]
    import keras

    if options["backend"] == "torch":
        import torch

        torch.set_num_threads(options["threads"])
    kinds = {"network": network, "evaluation": evaluation, "recurrent": recurrent}
    return kinds[work["kind"]](work, arrays, options)


def loaded(work, arrays):
    """Data, and a model with the weights given; filters turned round, because Keras correlates."""
    side = work.get("side", 28)
    x = arrays["x"].reshape(-1, side, side, 1) if work.get("maps") else arrays["x"]
    model = layers(work, x.shape[1:])
    given = [arrays[f"p{i}"] for i in range(len(arrays) - 2)]
    model.set_weights([as_keras(p) for p in given])
    return x, arrays["y"], model


def layers(work, shape):
    penalty = keras.regularizers.L2(work["l2"]) if work["l2"] else None
    model = keras.Sequential([keras.Input(shape)])
    for n_maps in work.get("maps", []):
        model.add(keras.layers.Conv2D(n_maps, 5))
        model.add(keras.layers.MaxPooling2D(2))
        model.add(keras.layers.Activation("tanh"))
    if work.get("maps"):
        model.add(keras.layers.Permute((3, 1, 2)))
        model.add(keras.layers.Flatten())
    for n_units in work.get("n_hidden", []):
        dense = keras.layers.Dense(n_units, "tanh", kernel_regularizer=penalty)
        model.add(dense)
    model.add(keras.layers.Dense(10, kernel_regularizer=penalty))
    return model


def as_keras(param):
    return param[:, :, ::-1, ::-1].transpose(2, 3, 1, 0) if param.ndim == 4 else param


def as_given(param):
    return param.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1] if param.ndim == 4 else param


def network(work, arrays, options):
    x, y, model = loaded(work, arrays)
    model.compile(
        optimizer=optimizer(work),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=options["backend"] == "jax",
    )

    def run(n):
        rows = slice(0, n * work["batch_size"])
        history = model.fit(
            x[rows], y[rows], batch_size=work["batch_size"], shuffle=False, verbose=0
        )
        return history.history["loss"]

    return run, lambda: [as_given(np.asarray(p)) for p in model.get_weights()]


def optimizer(work):
    """The rule, with the numbers that all have in common."""
    rule, rate = work.get("rule", "sgd"), work["learning_rate"]
    if rule == "adam":
        return keras.optimizers.Adam(rate, epsilon=1e-8)
    return keras.optimizers.SGD(rate, momentum=0.9 if rule == "momentum" else 0.0)


def evaluation(work, arrays, options):
    x, y, model = loaded(work, arrays)
    model.compile(metrics=["accuracy"], jit_compile=options["backend"] == "jax")

    def run(n):
        rows = slice(0, n * work["batch_size"])
        scores = model.predict(x[rows], batch_size=work["batch_size"], verbose=0)
        return [(scores.argmax(1) != y[rows]).sum() / n]

    return run, list


def recurrent(work, arrays, options):
    """A masked embedding, an LSTM and the mean of its real steps; gates in Keras's order."""
    table, W, U, b, top, top_b = (arrays[f"p{i}"] for i in range(6))
    words = keras.Input((work["steps"],), dtype="int32")
    vectors = keras.layers.Embedding(*table.shape, mask_zero=True)(words)
    h = keras.layers.LSTM(work["n_out"], return_sequences=True)(vectors)
    scores = keras.layers.Dense(work["n_classes"])(keras.layers.GlobalAveragePooling1D()(h))
    model = keras.Model(words, scores)
    model.set_weights([table, *(swapped(each) for each in (W, U, b)), top, top_b])
    model.compile(
        optimizer=keras.optimizers.Adadelta(1.0, work["rho"], work["epsilon"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=options["backend"] == "jax",
    )

    def run(n):
        rows, size = slice(0, n * work["batch_size"]), work["batch_size"]
        history = model.fit(
            arrays["words"][rows], arrays["y"][rows], batch_size=size, shuffle=False, verbose=0
        )
        return history.history["loss"]

    def result():
        table, W, U, b, *top = map(np.asarray, model.get_weights())
        return [table, *(swapped(each) for each in (W, U, b)), *top]

    return run, result


def swapped(weights):
    """Gates i, f, o, c as i, f, c, o, and back."""
    i, f, third, fourth = np.split(weights, 4, axis=-1)
    return np.concatenate([i, f, fourth, third], axis=-1)
