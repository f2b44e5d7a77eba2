"""TensorFlow: steps over variables as graphs, compiled by XLA or not, one a call or in a loop."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever its file of settings says

import tensorflow as tf


def versions():
    return {"tensorflow": tf.__version__}


def build(work, arrays, options):
    tf.config.threading.set_intra_op_parallelism_threads(options["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(options["threads"])
    kinds = {"network": network, "evaluation": evaluation, "autoencoder": autoencoder}
    return kinds[work["kind"]](work, arrays, options)


def loaded(work, arrays):
    """Data and parameters; filters turned round, because TensorFlow correlates."""
    side = work.get("side", 28)
    x, y = tf.constant(arrays["x"]), tf.constant(arrays["y"])
    if work.get("maps"):
        x = tf.reshape(x, (-1, side, side, 1))
    given = [arrays[f"p{i}"] for i in range(len(arrays) - 2)]
    turned = [p[:, :, ::-1, ::-1].transpose(2, 3, 1, 0) if p.ndim == 4 else p for p in given]
    return x, y, [tf.Variable(p) for p in turned]


def scores(params, x):
    """Convolutions while the weights have four axes, dense layers behind them."""
    pairs = list(zip(params[::2], params[1::2], strict=True))
    for W, b in pairs[:-1]:
        if len(W.shape) == 4:
            x = tf.nn.max_pool2d(tf.nn.conv2d(x, W, 1, "VALID"), 2, 2, "VALID")
            x = tf.tanh(tf.nn.bias_add(x, b))
        else:
            x = tf.tanh(tf.nn.bias_add(flat(x) @ W, b))
    return tf.nn.bias_add(x @ pairs[-1][0], pairs[-1][1])


def flat(x):
    """Maps one behind the other, as the weights of the dense layer have them."""
    if len(x.shape) == 2:
        return x
    return tf.reshape(tf.transpose(x, (0, 3, 1, 2)), (x.shape[0], -1))


def batch(data, index, size):
    return [
        tf.ensure_shape(each[index * size : (index + 1) * size], (size, *each.shape[1:]))
        for each in data
    ]


def running(one, options):
    """``run(n)`` of ``one(index)``, a call each, or all in a loop."""

    @tf.function(jit_compile=options["xla"], autograph=False)
    def step(index):
        return one(index)

    @tf.function(jit_compile=options["xla"], autograph=False)
    def epoch(n):
        def body(index, total):
            return index + 1, total + one(index)

        start = tf.constant(0), tf.constant(0.0)
        return tf.while_loop(lambda index, _: index < n, body, start)[1] / tf.cast(n, "float32")

    if options["loop"]:
        return lambda n: [epoch(tf.constant(n))]
    indices = []

    def run(n):
        indices.extend(tf.constant(i) for i in range(len(indices), n))
        return [step(index) for index in indices[:n]]

    return run


def descent(rate, params):
    """Plain descent, in place."""

    def change(gradients):
        for param, gradient in zip(params, gradients, strict=True):
            param.assign_sub(rate * gradient)

    return change


def momentum(rate, params, mu=0.9):
    """The same with a velocity."""
    velocities = [tf.Variable(tf.zeros_like(param)) for param in params]

    def change(gradients):
        for param, velocity, gradient in zip(params, velocities, gradients, strict=True):
            param.assign_add(velocity.assign(mu * velocity - rate * gradient))

    return change


def adam(rate, params, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam, with the correction of both averages in the rate."""
    zeros = [[tf.Variable(tf.zeros_like(param)) for param in params] for _ in range(2)]
    t = tf.Variable(0.0)

    def change(gradients):
        now = t.assign_add(1.0)
        eta = rate * tf.sqrt(1 - beta2**now) / (1 - beta1**now)
        for param, mean, square, gradient in zip(params, *zeros, gradients, strict=True):
            m = mean.assign(beta1 * mean + (1 - beta1) * gradient)
            v = square.assign(beta2 * square + (1 - beta2) * gradient * gradient)
            param.assign_sub(eta * m / (tf.sqrt(v) + epsilon))

    return change


RULES = {"sgd": descent, "momentum": momentum, "adam": adam}


def network(work, arrays, options):
    x, y, params = loaded(work, arrays)
    change = RULES[work.get("rule", "sgd")](work["learning_rate"], params)
    l2, size = work["l2"], work["batch_size"]

    def one(index):
        pictures, labels = batch((x, y), index, size)
        with tf.GradientTape() as tape:
            found = scores(params, pictures)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, found)
            cost = tf.reduce_mean(each)
            if l2:
                cost += l2 * tf.add_n([tf.reduce_sum(W * W) for W in params[::2]])
        change(tape.gradient(cost, params))
        return cost

    def result():
        found = [param.numpy() for param in params]
        return [p.transpose(3, 2, 0, 1)[:, :, ::-1, ::-1] if p.ndim == 4 else p for p in found]

    return running(one, options), result


def evaluation(work, arrays, options):
    x, y, params = loaded(work, arrays)

    def one(index):
        pictures, labels = batch((x, y), index, work["batch_size"])
        found = tf.argmax(scores(params, pictures), 1, "int32")
        return tf.reduce_sum(tf.cast(found != labels, "float32"))

    return running(one, options), list


def autoencoder(work, arrays, options):
    """The gradient by hand, in two products and one for both ends of the tied weights."""
    x, (W, hbias, vbias) = (
        tf.constant(arrays["x"]),
        [tf.Variable(arrays[f"p{i}"]) for i in range(3)],
    )
    size, keep = work["batch_size"], 1 - work["corruption"]
    rate = work["learning_rate"] / size

    def one(index):
        (clean,) = batch((x,), index, size)
        seen = clean * tf.cast(tf.random.uniform(clean.shape) < keep, "float32")
        h = tf.sigmoid(seen @ W + hbias)
        found = tf.matmul(h, W, transpose_b=True) + vbias
        losses = tf.nn.sigmoid_cross_entropy_with_logits(clean, found)
        above = tf.sigmoid(found) - clean
        below = (above @ W) * h * (1 - h)
        ends = tf.concat([seen, above], 0), tf.concat([below, h], 0)
        W.assign_sub(rate * tf.matmul(*ends, transpose_a=True))
        hbias.assign_sub(rate * tf.reduce_sum(below, 0))
        vbias.assign_sub(rate * tf.reduce_sum(above, 0))
        return tf.reduce_sum(losses) / size

    return running(one, options), lambda: [each.numpy() for each in (W, hbias, vbias)]
