"""nutpie: NUTS in Rust on PyMC's density compiled by Numba, a thread for each processor."""

import time

import numpy as np
import nutpie
import pymc
import pytensor


def versions():
    return {"nutpie": nutpie.__version__, "pymc": pymc.__version__}


def build(work, arrays, options):
    pytensor.config.floatX = "float64"  # nutpie knows no other
    compiled = nutpie.compile_pymc_model(model(work, arrays), backend="numba")
    n_chains, seeds, kept = len(arrays["start"]), iter(range(1, 1000)), []

    def sampled(n_draws, seed):
        begin = time.perf_counter()
        trace = nutpie.sample(
            compiled,
            draws=n_draws,
            tune=work["warmup"],
            chains=n_chains,
            cores=options["threads"],
            seed=seed,
            low_rank_modified_mass_matrix=options["low_rank"],
            save_warmup=False,
            progress_bar=False,
        )
        return trace, time.perf_counter() - begin

    def run(n):
        """It warms up and draws in one call: the shortest for a single draw is the warm-up."""
        seed = next(seeds)
        warming = min(sampled(1, seed)[1] for _ in range(5))  # one was longer than all draws
        trace, seconds = sampled(work["draws"], seed)
        draws, steps = trace.posterior["x"].values, trace.sample_stats["n_steps"].values
        kept[:] = [draws, [warming, seconds - warming], np.mean(steps)]
        return [kept[-1]]

    return run, lambda: kept


def model(work, arrays):
    """The density, written as its formula: PyMC's own normal distribution solves with a factor."""
    mean = arrays["mean"].astype("float64")
    with pymc.Model() as density:
        x = pymc.Flat("x", shape=len(mean), initval=arrays["start"][0].astype("float64"))
        if work["target"] == "banana":
            across = x[1] - work["bend"] * (x[0] ** 2 - work["spread"] ** 2)
            pymc.Potential("log_density", -((x[0] / work["spread"]) ** 2 + across**2) / 2)
        else:
            precision = arrays["precision"].astype("float64")
            pymc.Potential("log_density", -((x - mean) @ precision @ (x - mean)) / 2)
    return density
