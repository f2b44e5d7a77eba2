"""How fast a work could be: its products alone, at the speed of the machine's best product.

``python benchmarks/floor.py`` prints that speed, in operations a second.
"""

import subprocess
import sys
import time
from itertools import pairwise

import numpy as np


def seconds(settings: dict, speed: float) -> float:
    """Of one call.

    Parameters
    ----------
    settings : dict
        Of a work.
    speed : float
        Operations a second, such as `best_product` gives.
    """
    return 2 * multiplications(settings) / speed


def measured(threads: int) -> float:
    """The best product's operations a second, by a process that has the variables of the peers."""
    command = [sys.executable, __file__, str(threads)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def best_product(products, sizes=(512, 1024, 2048), repeats: int = 5) -> float:
    """Operations a second of the fastest product of two square matrices in single precision."""
    rng, fastest = np.random.default_rng(1), 0.0
    for n in sizes:
        given = rng.random((2, n, n), dtype="float32")
        for product in products:
            product(*given)
            for _ in range(repeats):
                start = time.perf_counter()
                product(*given)
                fastest = max(fastest, 2 * n**3 / (time.perf_counter() - start))
    return fastest


def products_of(threads: int) -> list:
    """NumPy's and ours: NumPy's library may hold back on a processor of another maker."""
    import pytensor.tensor as pt

    import dltut
    from dltut.machine.config import configure

    configure("float32", "cpu", "NUMBA", threads=threads)
    a, b = pt.fmatrices("a", "b")
    return [np.matmul, dltut.function([a, b], pt.dot(a, b))]


def multiplications(settings: dict) -> float:
    """Of all matrix products and convolutions in one call, gradients included."""
    return COUNTS[settings["kind"]](settings)


def trained(layers: list[float]) -> float:
    """Forward, the weights' gradients, and those that go down, but for the first layer's inputs."""
    return 3 * sum(layers) - layers[0]


def of_layers(s):
    """Multiplications of each layer of a classifier for one picture of 28 x 28."""
    layers, side, maps = [], 28, [1, *s.get("maps", [])]
    for n_in, n_out in pairwise(maps):
        side -= 4
        layers.append(side * side * 25 * n_in * n_out)
        side //= 2
    sizes = [maps[-1] * side * side, *s.get("n_hidden", []), 10]
    return layers + [a * b for a, b in pairwise(sizes)]


def network(s):
    return s["batch_size"] * trained(of_layers(s))


def evaluation(s):
    return s["batch_size"] * sum(of_layers(s))


def autoencoder(s):
    """Up, down, back up, and the tied weights' gradient of both."""
    return 5 * s["batch_size"] * 784 * s["n_hidden"]


def boltzmann_machine(s):
    """Up once, k times down and up, and the statistics of both ends."""
    return (3 + 2 * s["k"]) * s["batch_size"] * 784 * s["n_hidden"]


def sampler(s):
    """A gradient a leapfrog step and one more; the energies use them."""
    return (s["n_steps"] + 1) * s["chains"] * s["dim"] ** 2


def recurrent(s):
    """Inputs and states of every real step; the classifier once, or at every step."""
    steps = (s.get("shortest", s["steps"]) + s["steps"]) / 2
    sums = s["gates"] * s["n_out"]
    cell = (s["n_in"] * s.get("window", 1) + s["n_out"]) * sums
    top = s["n_out"] * s["n_classes"]
    return 3 * s["batch_size"] * (steps * cell + (steps if s["every"] else 1) * top)


def music(s):
    """Biases from the state, the chain, both free energies and their gradients, the recurrence."""
    v, h, u = s["n_visible"], s["n_hidden"], s["n_recurrent"]
    machine = (2 * s["k"] + 4) * v * h
    return s["steps"] * (machine + 3 * (u * v + u * h + v * u + u * u))


def convolution(s):
    """Forward, and both gradients."""
    n, channels, *sides = s["pictures"]
    maps, _, *kernel = s["filters"]
    for side, size, pad in zip(sides, kernel, s["padding"], strict=True):
        n *= ((side + 2 * pad - size) // s["stride"] + 1) * size
    return 3 * n * channels * maps


def segmentation(s):
    """Blocks of two 3 x 3 convolutions down and up, doublings of 2 x 2, each pixel's classes."""
    layers, n_in = [], 1
    for level in range(s["depth"] + 1):
        n, pixels = s["n_filters"] * 2**level, (s["side"] // 2**level) ** 2
        layers += [9 * pixels * n_in * n, 9 * pixels * n * n]
        if level < s["depth"]:
            layers += [pixels * 2 * n * n, 9 * pixels * 2 * n * n, 9 * pixels * n * n]
        n_in = n
    return s["batch_size"] * trained([*layers, s["side"] ** 2 * s["n_filters"] * s["n_classes"]])


COUNTS = {
    "network": network,
    "evaluation": evaluation,
    "convolution": convolution,
    "autoencoder": autoencoder,
    "rbm": boltzmann_machine,
    "hmc": sampler,
    "recurrent": recurrent,
    "tagger": recurrent,
    "music": music,
    "segmentation": segmentation,
}

if __name__ == "__main__":
    print(best_product(products_of(int(sys.argv[1]))))
