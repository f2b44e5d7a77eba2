# ruff: noqa: E501 - a case a line
"""What old code does with Theano, as expressions: run on real Theano 1.0.5, then through the door.

``python cases.py golden.npz`` under real Theano writes what comes out. Each line is evaluated with
the names of `names_for`; a result is an array, or a list of arrays.
"""

import sys

import numpy as np

MODE = "FAST_COMPILE"

CASES = {
    # tensor: what the names mean
    "arithmetic": "ev(x * 2 + y / 3 - x ** 2, X, Y)",
    "int_true_div": "ev(T.true_div(i, 2), I)",
    "int_floor_div": "ev(i // 2, I)",
    "int_mod": "ev(i % 3, I)",
    "sum_of_ints": "ev([i.sum(), i.mean(), i.prod(), i.astype('int8').sum()], I)",
    "mean_of_errors": "ev(T.mean(T.neq(i, 2)), I)",
    "sum_axis": "ev([x.sum(0), x.sum(axis=(0, 1)), x.mean(1, keepdims=True), x.var(0)], X)",
    "std": "ev([x.std(0), T.std(x), T.var(x, axis=1)], X)",
    "max_min": "ev([x.max(0), T.min(x), T.argmax(x, 1), x.argmin(0)], X)",
    "max_and_argmax": "ev(list(T.max_and_argmax(x, 1)), X)",
    "all_any": "ev([T.any(x > 0.9), T.all(x < 2), T.any(x, axis=0)], X)",
    "comparisons": "ev([x > 0.5, T.ge(x, y), T.eq(i, 2), T.lt(x, 0.1)], X, Y, I)",
    "comparison_times": "ev([(x > 0.5) * x, (x > 0.5) + 1, T.eq(i, 2) * 3], X, I)",
    "switch": "ev(T.switch(x > 0.5, x, 0), X)",
    "clip": "ev(T.clip(x, 0.2, 0.6), X)",
    "rounding": "ev([T.round(5 * x), T.floor(5 * x), T.ceil(5 * x), T.iround(9 * x)], X)",
    "signs": "ev([T.sgn(x - 0.5), abs(x - 0.5), T.abs_(-x), T.neg(x), T.inv(x + 1)], X)",
    "elementary": "ev([T.exp(x), T.log(x + 1), T.sqrt(x), T.sqr(x), T.tanh(x), T.log1p(x)], X)",
    "trigonometry": "ev([T.sin(x), T.cos(x), T.tan(x), T.arccos(x), T.arctan2(x, y)], X, Y)",
    "special": "ev([T.erf(x), T.gammaln(x + 1), T.gamma(x + 1), T.psi(x + 1), T.erfinv(x / 2)], X)",
    "dot": "ev([T.dot(x, y.T), T.dot(x, v[:4]), x.dot(y.T)], X, Y, V)",
    "tensordot": "ev([T.tensordot(x, y, axes=[[0], [0]]), T.outer(v, v)], X, Y, V)",
    "batched_dot": "ev(T.batched_dot(t, t.dimshuffle(0, 2, 1)), T3)",
    "batched_tensordot": "ev(T.batched_tensordot(t, t, [[1], [1]]), T3)",
    "concatenate": "ev([T.concatenate([x, y], 1), T.stack([x, y]), T.join(0, x, y)], X, Y)",
    "stack_as_before": "ev([T.stack([v, v], axis=1), T.stacklists([[v, v], [v, v]])], V)",
    "dimshuffle": "ev([x.dimshuffle(1, 'x', 0), T.shape_padleft(v), T.shape_padright(v)], X, V)",
    "reshape": "ev([x.reshape((2, 6)), T.reshape(x, (-1,)), x.flatten(), t.flatten(2)], X, T3)",
    "reshape_symbolic": "ev(x.reshape((x.shape[1], -1)), X)",
    "subtensor": "ev([x[1], x[:, 1:3], x[::-1], x[-1, ::2], v[v.shape[0] - 1]], X, V)",
    "advanced": "ev([x[i], x[T.arange(3), i], x[(x > 0.5).nonzero()]], X, I)",
    "set_subtensor": "ev([T.set_subtensor(x[0], 1), T.inc_subtensor(x[i, i], 5.0)], X, I)",
    "inc_rows": "ev(T.inc_subtensor(x[i], y), X, Y, I)",
    "alloc": "ev([T.alloc(1.5, 2, 3), T.zeros((2, 3)), T.ones_like(x), T.zeros_like(i)], X, I)",
    "fill": "ev([T.fill(x, 3), T.eye(3, 4, 1), T.identity_like(x[:3, :3]), T.tri(3)], X)",
    "arange": "ev([T.arange(5), T.arange(1, 10, 3), T.arange(x.shape[0])], X)",
    "arange_float": "ev(T.arange(0., 1., 0.25))",
    "repeat_tile": "ev([T.repeat(x, 2, axis=1), T.tile(x, (2, 3)), T.extra_ops.repeat(v, 2)], X, V)",
    "sort": "ev([T.sort(x, 1), T.argsort(v), v.sort(), x.argsort(axis=0)], X, V)",
    "cumsum": "ev([T.extra_ops.cumsum(x, 0), T.cumprod(v), T.extra_ops.diff(v)], X, V)",
    "one_hot": "ev(T.extra_ops.to_one_hot(i, 4), I)",
    "bincount": "ev(T.bincount(i), I)",
    "norms": "ev([x.norm(2), T.nlinalg.trace(x[:3, :3]), T.diag(v), T.diag(x[:3, :3])], X, V)",
    "linear_algebra": "ev([T.nlinalg.matrix_inverse(s), T.nlinalg.det(s), T.slinalg.cholesky(s)], S)",
    "casts": "ev([T.cast(x * 5, 'int32'), x.astype('float32'), T.cast(i, 'floatX')], X, I)",
    "constants": "ev([T.constant(3), T.as_tensor_variable([1, 2]), T.as_tensor_variable(2.5) * x], X)",
    "isnan": "ev([T.isnan(x / 0), T.isinf(x / 0), T.isnan(T.log(x - 2))], X)",
    "bitwise": "ev([T.bitwise_and(i, 1), T.or_(i, 4), i ^ 3, ~i, T.invert(i)], I)",
    "minimum": "ev([T.maximum(x, y), T.minimum(x, 0.5), T.largest(x, y), T.smallest(x, y)], X, Y)",
    "power": "ev([x ** 2, T.pow(x, 0.5), 2 ** i, i ** 2], X, I)",
    "mgrid": "ev(list(T.mgrid[0:2, 0:3]))",
    "roll": "ev(T.roll(v, 2), V)",
    "choose": "ev(T.choose(i, T.stack([v[:3], v[1:4], v[2:5]])), I, V)",
    "patterns": "[np.array(T.TensorType('float32', (False, True))('z').broadcastable)]",
    "addbroadcast": "ev(T.addbroadcast(x[:, :1], 1) + y, X, Y)",
    "patternbroadcast": "ev(T.patternbroadcast(x[:, :1], (False, True)) * y, X, Y)",
    "unbroadcast": "[np.array(T.unbroadcast(T.row('r'), 0).broadcastable)]",
    "row_col": "ev(r + c, X[:1], X[:, :1])",
    # widths
    "widths": "[np.array(T.dtypes_of(a + b)) for a in few for b in few]",
    # networks
    "softmax": "ev([N.softmax(x), N.logsoftmax(x), N.softmax(v)], X, V)",
    "log_softmax_far": "ev(T.log(N.softmax(500 * x)), X)",
    "sigmoid": "ev([N.sigmoid(x), N.hard_sigmoid(4 * x - 2), N.softplus(x)], X)",
    "relu": "ev([N.relu(x - 0.5), N.relu(x - 0.5, 0.1), N.elu(x - 0.5), N.selu(x - 0.5)], X)",
    "softsign": "ev(N.nnet.softsign(x - 0.5), X)",
    "binary_crossentropy": "ev(N.binary_crossentropy(x, y), X, Y)",
    "sigmoid_crossentropy": "ev(N.nnet.sigmoid_binary_crossentropy(x, y), X, Y)",
    "crossentropy_labels": "ev(N.categorical_crossentropy(N.softmax(x), i), X, I)",
    "crossentropy_dense": "ev(N.categorical_crossentropy(N.softmax(x), y), X, Y)",
    "crossentropy_bias": "ev(list(N.crossentropy_softmax_argmax_1hot_with_bias(x, v[:4], i)), X, V, I)",
    "nll_gradient": "ev(T.grad(-T.mean(T.log(N.softmax(x))[T.arange(i.shape[0]), i]), x), X, I)",
    "nll_gradient_far": "ev(T.grad(N.categorical_crossentropy(N.softmax(300 * x), i).mean(), x), X, I)",
    "bce_gradient": "ev(T.grad(N.binary_crossentropy(N.sigmoid(x), y).sum(), x), X, Y)",
    "relu_gradient": "ev(T.grad(N.relu(x - X[0, 0]).sum(), x), X)",
    "batch_normalization": "ev(N.bn.batch_normalization(x, v[:4], v[:4], x.mean(0), x.std(0)), X, V)",
    "bn_train": "ev(list(N.bn.batch_normalization_train(x, v[:4], v[:4])), X, V)",
    "bn_spatial": "ev(list(N.bn.batch_normalization_train(p, v[:2], v[:2], 'spatial')), P, V)",
    "bn_test": "ev(N.bn.batch_normalization_test(x, v[:4], v[:4], x.mean(0), x.var(0)), X, V)",
    "conv_valid": "ev(N.conv2d(p, k), P, K)",
    "conv_full": "ev(N.conv2d(p, k, border_mode='full'), P, K)",
    "conv_half": "ev(N.conv2d(p, k, border_mode='half', filter_flip=False), P, K)",
    "conv_steps": "ev(N.conv2d(p, k, border_mode=(1, 2), subsample=(2, 3)), P, K)",
    "conv_uneven": "ev(N.conv2d(p, k, border_mode=((1, 0), 2)), P, K)",
    "conv_dilated": "ev(N.conv2d(p, k, filter_dilation=(2, 2)), P, K)",
    "conv_groups": "ev(N.conv2d(p, k[:, :1], num_groups=2), P, K)",
    "conv_older": "ev(N.conv.conv2d(p, k, image_shape=P.shape, filter_shape=K.shape), P, K)",
    "conv_gradients": "ev(T.grad(N.conv2d(p, k, subsample=(2, 2)).sum(), [p, k]), P, K)",
    "conv_transposed": "ev(N.abstract_conv.conv2d_grad_wrt_inputs(q, k, (2, 2, 8, 7)), Q, K)",
    "conv_weights": "ev(N.abstract_conv.conv2d_grad_wrt_weights(p, q, (4, 2, 3, 2)), P, Q)",
    "conv_of_class": "ev(N.abstract_conv.AbstractConv2d_gradInputs()(k, q, np.array([8, 7])), Q, K)",
    "conv_signal": "ev(S.conv.conv2d(x, y[:2, :2]), X, Y)",
    "conv_signal_3": "ev(S.conv.conv2d(t, x[:2, :2]), T3, X)",
    "conv_shape": "[np.array(N.abstract_conv.get_conv_output_shape((1, 2, 9, 9), (3, 2, 4, 4), 'half', (2, 2)))]",
    "conv_3d": "ev(N.conv3d(p5, k5, filter_shape=K5.shape), P5, K5)",
    "conv_3d_border": "ev(N.conv3d(p5, k5, filter_shape=K5.shape, border_mode=(1, 0, 2), subsample=(2, 1, 1), filter_flip=False), P5, K5)",
    "bilinear": "ev(N.abstract_conv.bilinear_upsampling(p, 2), P)",
    "bilinear_3": "ev(N.abstract_conv.bilinear_upsampling(p, 3), P)",
    "neibs": "ev(T.nnet.neighbours.images2neibs(p, (2, 3), (2, 2)), P)",
    "neibs_back": "ev(T.nnet.neighbours.neibs2images(T.nnet.neighbours.images2neibs(p, (4, 7)), (4, 7), P.shape), P)",
    "pool": "ev(S.pool.pool_2d(p, (2, 2), ignore_border=True), P)",
    "pool_border": "ev(S.pool.pool_2d(p, (3, 3), ignore_border=False), P)",
    "pool_default_border": "ev(S.pool.pool_2d(p, (3, 2)), P)",
    "pool_steps": "ev(S.pool.pool_2d(p, ws=(3, 2), ignore_border=True, stride=(2, 1), pad=(1, 1)), P)",
    "pool_sparse": "ev(S.pool.pool_2d(p, ws=(2, 2), ignore_border=False, stride=(3, 3)), P)",
    "pool_means": "ev([S.pool.pool_2d(p, (2, 2), True, mode=m) for m in ('sum', 'average_inc_pad', 'average_exc_pad')], P)",
    "pool_padded_means": "ev([S.pool.pool_2d(p, (3, 3), True, pad=(1, 1), mode=m) for m in ('sum', 'average_inc_pad', 'average_exc_pad')], P)",
    "pool_border_means": "ev(S.pool.pool_2d(p, (3, 3), False, mode='average_exc_pad'), P)",
    "pool_of_three_axes": "ev(S.pool.pool_2d(t, (2, 2), True), T3)",
    "pool_3d": "ev(S.pool.pool_3d(p5, (2, 2, 2), True), P5)",
    "pool_shape": "[np.array(S.pool.Pool.out_shape((2, 9, 9), (2, 4), ignore_border=b, stride=(3, 2))) for b in (True, False)]",
    "pool_gradient": "ev(T.grad((S.pool.pool_2d(q, (2, 2), True) ** 2).sum(), q), Q)",
    "pool_average_gradient": "ev(T.grad((S.pool.pool_2d(q, (2, 2), True, mode='average_inc_pad') ** 2).sum(), q), Q)",
    "same_size": "ev(S.pool.max_pool_2d_same_size(q, (2, 2)), Q)",
    # gradients
    "gradient": "ev(T.grad((x ** 3).sum() + T.dot(x, y.T).sum(), [x, y]), X, Y)",
    "consider_constant": "ev(T.grad((x * y * y).sum(), x, consider_constant=[y]), X, Y)",
    "disconnected": "ev(T.grad((x ** 2).sum(), y, disconnected_inputs='ignore') + 0 * x, X, Y)",
    "known_grads": "ev(T.grad(None, x, known_grads={z2: T.ones_like(x)}), X)",
    "disconnected_grad": "ev(T.grad((x * G.disconnected_grad(x)).sum(), x), X)",
    "grad_clip": "ev(T.grad((G.grad_clip(x, -0.1, 0.1) * 5).sum(), x), X)",
    "zero_grad": "ev(T.grad((x * G.zero_grad(x) ** 2).sum(), x), X)",
    "jacobian": "ev(G.jacobian(v ** 2, v), V)",
    "hessian": "ev(G.hessian((v ** 3).sum(), v), V)",
    "rop": "ev(T.Rop(T.dot(x, v[:4]), x, y), X, Y, V)",
    "lop": "ev(T.Lop(T.dot(x, v[:4]), x, v[:3]), X, V)",
    "max_gradient": "ev(T.grad(x.max(0).sum(), x), X)",
    "abs_gradient_at_0": "ev(T.grad(abs(x - x).sum(), x), X)",
    "maximum_gradient_tie": "ev(T.grad(T.maximum(x, X[0, 0]).sum(), x), X)",
    "clip_gradient": "ev(T.grad(T.clip(x, 0.2, 0.6).sum(), x), X)",
    # loops
    "scan_sequence": "loop(lambda a: a ** 2, sequences=x)",
    "scan_state": "loop(lambda a, s: a + s, sequences=x, outputs_info=T.zeros_like(x[0]))",
    "scan_pair": "loop(lambda a, s, w: [s + a * w, s], sequences=x, outputs_info=[T.zeros_like(x[0]), None], non_sequences=2.0)",
    "scan_taps": "loop(lambda a, b: a + b, outputs_info=dict(initial=v[:2], taps=[-2, -1]), n_steps=5)",
    "scan_input_taps": "loop(lambda a, b: a - b, sequences=dict(input=v, taps=[-1, 1]))",
    "scan_backwards": "loop(lambda a, s: a + s * 0.5, sequences=x, outputs_info=T.zeros_like(x[0]), go_backwards=True)",
    "scan_until": "loop(lambda s: (s * 2, theano.scan_module.until(s > 20)), outputs_info=T.constant(1.0), n_steps=100)",
    "scan_gradient": "loop(lambda a, s: T.tanh(a + s), sequences=x, outputs_info=T.zeros_like(x[0]), grad=True)",
    "scan_truncated": "loop(lambda a, s: T.tanh(a + s), sequences=x, outputs_info=T.zeros_like(x[0]), truncate_gradient=1, grad=True)",
    "map": "ev(theano.map(lambda a: a.sum(), x)[0], X)",
    "reduce": "ev(theano.reduce(lambda a, s: a + s, x, T.zeros_like(x[0]))[0], X)",
    "foldl": "ev(theano.foldl(lambda a, s: a - s, v, T.zeros_like(v[0]))[0], V)",
    "foldr": "ev(theano.foldr(lambda a, s: a - s, v, T.zeros_like(v[0]))[0], V)",
    "ifelse": "ev([ifelse(T.gt(x.sum(), 0), x, y), ifelse(T.lt(x.sum(), 0), x, y)], X, Y)",
    "clone": "ev(theano.clone(x * 2 + y, replace={y: x}), X)",
}


def names_for(theano):
    """The names of the cases, for real Theano or for the door."""
    import importlib

    modules = {
        name: importlib.import_module(f"{theano.__name__}.{path}")
        for name, path in {
            "T": "tensor",
            "N": "tensor.nnet",
            "S": "tensor.signal",
            "G": "gradient",
        }.items()
    }
    for path in (
        "signal.pool",
        "signal.conv",
        "nnet.neighbours",
        "nnet.bn",
        "nnet.abstract_conv",
        "slinalg",
        "nlinalg",
    ):
        importlib.import_module(f"{theano.__name__}.tensor.{path}")
    tensor = modules["T"]
    ifelse = importlib.import_module(f"{theano.__name__}.ifelse").ifelse
    rng = np.random.RandomState(1234)
    values = {
        **{"X": rng.rand(3, 4), "Y": rng.rand(3, 4), "I": np.array([0, 2, 1])},
        **{"V": rng.rand(6), "T3": rng.rand(2, 4, 4), "S": rng.rand(3, 3)},
        **{"P": rng.randint(0, 4, (2, 2, 8, 7)) * 1.0, "K": rng.rand(4, 2, 3, 2)},
        **{"Q": rng.rand(2, 4, 6, 6), "P5": rng.rand(1, 2, 4, 5, 5), "K5": rng.rand(2, 2, 2, 3, 3)},
    }
    values["S"] = values["S"] @ values["S"].T + np.eye(3)
    variables = {
        **{"x": tensor.dmatrix("x"), "y": tensor.dmatrix("y"), "i": tensor.lvector("i")},
        **{"v": tensor.dvector("v"), "t": tensor.dtensor3("t"), "s": tensor.dmatrix("s")},
        **{"p": tensor.dtensor4("p"), "k": tensor.dtensor4("k"), "q": tensor.dtensor4("q")},
        **{"r": tensor.drow("r"), "c": tensor.dcol("c")},
    }
    variables["p5"] = tensor.TensorType("float64", (False,) * 5)("p5")
    variables["k5"] = tensor.TensorType("float64", (False,) * 5)("k5")
    variables["z2"] = variables["x"] ** 2
    return theano, modules, values, variables, ifelse


def results(theano):
    """{case: list of arrays or the error}."""
    theano, modules, values, variables, ifelse = names_for(theano)
    of_value = {id(value): name for name, value in values.items()}
    kinds = {"T3": "t", **{name: name.lower() for name in values if name != "T3"}}

    def ev(outputs, *given):
        outputs = outputs if isinstance(outputs, list) else [outputs]
        if len(given) == 2 and {each.shape for each in given} == {(1, 4), (3, 1)}:
            inputs = [variables["r"], variables["c"]]
        else:
            inputs = [variables[kinds[of_value[id(each)]]] for each in given]
        made = theano.function(inputs, outputs, on_unused_input="ignore", mode=MODE)
        return made(*given)

    def loop(step, grad=False, **options):
        x, v = variables["x"], variables["v"]
        found, updates = theano.scan(step, mode=MODE, **options)
        found = found if isinstance(found, list) else [found]
        found = [theano.tensor.grad(found[0][-1].sum(), x)] if grad else found
        made = theano.function([x, v], found, updates=updates, on_unused_input="ignore", mode=MODE)
        return made(values["X"], values["V"])

    few = [variables["x"], variables["i"], 2, 2.5, np.float32(1.5), np.int8(3)]
    names = {**modules, **values, **variables, "ev": ev, "loop": loop, "ifelse": ifelse}
    names.update(theano=theano, np=np, few=few)

    def run(text):
        if "dtypes_of" in text:
            pairs = [(a, b) for a in few[:2] for b in few]
            return [np.array((a + b).dtype) for a, b in pairs]
        names["S"] = values["S"] if ", S)" in text else modules["S"]
        return eval(text, names)

    return {name: run for name in CASES}, run


def write(path):
    """Compute all cases on real Theano."""
    import theano

    _, run = results(theano)
    arrays = {}
    for name, text in CASES.items():
        try:
            found = run(text)
        except Exception as error:
            print(name, repr(error)[:150])
            continue
        found = found if isinstance(found, list) else [found]
        arrays.update({f"{name}.{n}": np.asarray(each) for n, each in enumerate(found)})
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    write(sys.argv[1])
