"""dltut's Hamiltonian Monte Carlo, all chains and draws in one compiled loop."""

import time

import numpy as np
import pytensor

import dltut
from dltut.machine.config import configure
from dltut.machine.shared import as_floatX
from dltut.samplers import HMC, Banana, Gaussian


def versions():
    return {"dltut": dltut.__version__, "pytensor": pytensor.__version__}


def build(work, arrays, options):
    configure("float32", "cpu", "NUMBA", threads=options["threads"])
    if work["target"] == "banana":
        energy = Banana(work["spread"], work["bend"])
    else:
        energy = Gaussian(arrays["mean"], arrays["covariance"])
    chains = HMC(
        arrays["start"],
        energy,
        n_steps=work["n_steps"],
        initial_stepsize=0.1,
        stepsize_max=10.0,
        target_acceptance_rate=work["acceptance"],
    )
    first = {variable: variable.get_value() for variable in (chains.stepsize,)}
    first[chains.average_acceptance] = chains.average_acceptance.get_value()
    kept = []

    def run(n):
        """The chains start anew; the streams go on."""
        chains.positions.set_value(as_floatX(arrays["start"]))
        for variable, value in first.items():
            variable.set_value(value)
        begin = time.perf_counter()
        chains.sample(work["warmup"])
        settled = time.perf_counter()
        # On Gaussians it goes on adapting, as the tutorial's does: with one step size, some
        # dimensions come back to where they were after each draw. On the banana that draws another
        # density (y varies by 6.6 instead of 9), since long steps are refused in its narrow ends.
        draws = chains.sample(work["draws"], adapt=work["target"] != "banana")
        seconds = [settled - begin, time.perf_counter() - settled]
        kept[:] = [draws.swapaxes(0, 1), seconds, work["n_steps"]]
        return [chains.stepsize.get_value()]

    return run, lambda: [np.asarray(each) for each in kept]
