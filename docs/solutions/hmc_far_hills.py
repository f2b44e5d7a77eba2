"""Two hills too far apart: each chain finds one, and only several chains show it."""

import numpy as np

from dltut.samplers import HMC, Mixture

starts = np.linspace(-6, 6, 8)[:, None]  # (chains, dim)
shares = {}
for centre in (1.5, 5.0):
    sampler = HMC(starts, Mixture([[-centre], [centre]]), n_steps=10, initial_stepsize=0.25)
    sampler.sample(20)
    shares[centre] = (sampler.sample(200) > 0).mean(axis=(0, 2))
    print(f"centres at -{centre} and {centre}: right of the middle {shares[centre].round(2)}")

assert (np.abs(shares[1.5] - 0.5) < 0.25).all()
assert set(shares[5.0]) == {0, 1}  # nobody has crossed
