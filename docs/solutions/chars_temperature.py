"""The entropy of a softmax against the temperature."""

import numpy as np
from scipy import special

scores = np.random.default_rng(1).normal(size=50)
entropies = []
for temperature in (0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 1000.0):
    p = special.softmax(scores / temperature)
    entropies.append(special.entr(p).sum() / np.log(2))
    print(f"temperature {temperature:7.2f}: {entropies[-1]:.3f} bits")
assert entropies == sorted(entropies) and entropies[0] < 0.01
assert abs(entropies[-1] - np.log2(50)) < 0.01
