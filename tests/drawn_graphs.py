"""Networks, costs and updates drawn at random: what a person might write, and perhaps nobody has.

``python tests/drawn_graphs.py --graphs 200 --modes NUMBA JAX`` compiles each in the modes and holds
it against the graph as it was written, in FAST_COMPILE.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from dltut import function, optim  # noqa: E402
from dltut.layers import (  # noqa: E402
    GRU,
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Elman,
    Pool2D,
    Recurrent,
)
from dltut.nn import (  # noqa: E402
    absolute_error,
    binary_cross_entropy,
    l1,
    l2,
    negative_log_likelihood,
    squared_error,
)

ACTIVATIONS = ["tanh", "sigmoid", "relu", "softplus", None]
RULES = {
    "sgd": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.1, "momentum": 0.7},
    "nesterov": {"learning_rate": 0.1, "momentum": 0.7},
    "adagrad": {"learning_rate": 0.1},
    "rmsprop": {"learning_rate": 0.01},
    "adadelta": {},
    "adam": {"learning_rate": 0.01},
    "adamax": {"learning_rate": 0.01},
    "amsgrad": {"learning_rate": 0.01},
}
TOLERANCE = {"float64": 1e-9, "float32": 2e-3}


class Drawn:
    """A graph with all that is needed to run it.

    Attributes
    ----------
    words : list of str
        What was drawn.
    inputs, outputs, updates
        As `dltut.function` takes them.
    arguments : list of arrays
        What it is called with.
    """

    def __init__(self, seed):
        self.draw, self.words = np.random.default_rng(seed), []
        self.params, self.weights, self.updates = [], [], {}
        self.n = int(self.choice([1, 2, 5, 8]))
        kind = self.choice(["rows", "pictures", "sequences"])
        hidden, n_hidden = getattr(self, f"_{kind}")()
        for number in range(self.draw.integers(0, 3)):
            hidden, n_hidden = self._dense(hidden, n_hidden, f"dense{number}")
        scores, _ = self._dense(hidden, n_hidden, "output", 3, None)
        cost = self._cost(scores)
        self.outputs = [cost]
        self.updates = self._updates(cost)

    def choice(self, options):
        return options[self.draw.integers(len(options))]

    def _values(self, *shape):
        return self.draw.normal(size=shape).astype(pytensor.config.floatX)

    def _take(self, layer):
        """Use a layer's parameters, with first values that make no unit dead."""
        for each in layer.params:
            self.params.append(each)
            each.set_value((0.5 * self._values(*each.get_value().shape)).astype(each.dtype))
        self.weights += getattr(layer, "weights", [])
        return layer

    def _rows(self):
        n_in = int(self.choice([1, 4, 7]))
        x = pt.matrix("x")
        self.inputs, self.arguments = [x], [self._values(self.n, n_in)]
        self.words.append(f"{self.n} rows of {n_in}")
        return x, n_in

    def _pictures(self):
        side, maps = int(self.choice([7, 8])), int(self.choice([1, 2]))
        x = pt.tensor4("x")
        self.inputs, self.arguments = [x], [self._values(self.n, maps, side, side)]
        options = {
            "kernel_size": self.choice([(3, 3), (2, 3), (1, 1)]),
            "border_mode": self.choice(["valid", "half", "full", (1, 0)]),
            "subsample": self.choice([(1, 1), (2, 1)]),
            "filter_flip": bool(self.choice([True, False])),
            "activation": self.choice(ACTIVATIONS),
        }
        self.words.append(f"{self.n} pictures of {maps} x {side} x {side}, {options}")
        hidden = self._take(Conv2D(self.draw, maps, 3, name="conv", **options))(x)
        if self.choice([True, False]):
            pool = {"mode": self.choice(["max", "average_inc_pad", "sum"])}
            pool["ignore_border"] = bool(self.choice([True, False]))
            self.words.append(f"pool {pool}")
            hidden = Pool2D((2, 2), **pool)(hidden)
        shape = function([x], hidden.shape, mode="FAST_COMPILE")(self.arguments[0])
        return hidden.flatten(2), int(np.prod(shape[1:]))

    def _sequences(self):
        n_steps, n_in, n_out = int(self.choice([1, 2, 5])), 3, int(self.choice([2, 4]))
        x, mask = pt.tensor3("x"), pt.matrix("mask")
        lengths = self.draw.integers(1, n_steps + 1, size=self.n)
        kept = (np.arange(n_steps)[:, None] < lengths).astype(pytensor.config.floatX)
        self.inputs, self.arguments = [x, mask], [self._values(n_steps, self.n, n_in), kept]
        cell, backwards = self.choice([Elman, LSTM, GRU]), bool(self.choice([True, False]))
        self.words.append(f"{cell.__name__} over {n_steps} steps, backwards={backwards}")
        made = self._take(cell(self.draw, n_in, n_out, name="cell"))
        return Recurrent(made, backwards=backwards, last=True)(x, mask), n_out

    def _dense(self, x, n_in, name, n_out=None, activation=""):
        n_out = n_out or int(self.choice([1, 2, 6]))
        activation = self.choice(ACTIVATIONS) if activation == "" else activation
        hidden = self._take(Dense(self.draw, n_in, n_out, activation=activation, name=name))(x)
        self.words.append(f"{name} to {n_out}, {activation}")
        if name != "output" and self.n > 1 and self.draw.random() < 0.3:
            self.words.append("batch normalisation")
            hidden = self._take(BatchNorm(n_out, name=f"{name}.norm"))(hidden, train=True)
        return hidden, n_out

    def _cost(self, scores):
        costs = (negative_log_likelihood, squared_error, binary_cross_entropy, absolute_error)
        cost = self.choice(costs)
        self.words.append(cost.__name__)
        if cost is negative_log_likelihood:
            y, values = pt.ivector("y"), self.draw.integers(0, 3, self.n).astype("int32")
        else:
            y, values = pt.matrix("y"), np.abs(self._values(self.n, 3)) % 1
        self.inputs, self.arguments = [*self.inputs, y], [*self.arguments, values]
        value = cost(scores, y)
        if self.choice([True, False]):
            penalty = self.choice([l1, l2])
            self.words.append(penalty.__name__)
            value = value + 0.01 * penalty(self.weights)
        return value

    def _updates(self, cost):
        name = self.choice(list(RULES))
        self.words.append(name)
        updates = getattr(optim, name)(cost, self.params, **RULES[name])
        if self.choice([True, False, False]):
            self.words.append("max_norm")
            updates = optim.max_norm(updates, self.weights, 1.0)
        return updates

    def state(self):
        return [np.array(each.get_value()) for each in self.updates]

    def ran(self, mode, steps=3):
        """Costs and values after some steps in a mode; the values are then as before."""
        before, updates = self.state(), self.updates
        if isinstance(mode, str):
            compiled = function(self.inputs, self.outputs, updates=updates, mode=mode)
        else:
            changes = list(updates.items())
            compiled = pytensor.function(self.inputs, self.outputs, updates=changes, mode=mode)
        costs = [np.array(compiled(*self.arguments)[0]) for _ in range(steps)]
        after = self.state()
        for variable, value in zip(self.updates, before, strict=True):
            variable.set_value(value)
        return costs, after

    def assert_same_as_written(self, mode):
        tolerance = TOLERANCE[pytensor.config.floatX]
        (costs, state), (wanted, values) = self.ran(mode), self.ran("FAST_COMPILE")
        told = f"{mode}: {'; '.join(self.words)}"
        options = {"rtol": tolerance, "atol": tolerance / 10, "err_msg": told}
        np.testing.assert_allclose(costs, wanted, **options)
        for variable, one, other in zip(self.updates, state, values, strict=True):
            np.testing.assert_allclose(one, other, **{**options, "err_msg": f"{variable} {told}"})


def main(graphs: int = 100, first: int = 0, modes: tuple[str, ...] = ("NUMBA", "JAX")):
    """Hold random graphs in the modes against the graphs as they were written.

    Parameters
    ----------
    graphs : int
        How many.
    first : int
        The seed of the first.
    modes : names
        Modes.
    """
    begun, failed = time.monotonic(), []
    for seed in range(first, first + graphs):
        drawn = Drawn(seed)
        for mode in modes:
            try:
                drawn.assert_same_as_written(mode)
            except Exception as error:
                failed.append(seed)
                print(f"seed {seed}, {mode}: {'; '.join(drawn.words)}\n{error}", flush=True)
    print(f"{graphs} graphs, {time.monotonic() - begun:.0f} s, failed: {failed}")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    from dltut.commands.flags import run

    with pytensor.config.change_flags(floatX="float64"):
        run(main)
