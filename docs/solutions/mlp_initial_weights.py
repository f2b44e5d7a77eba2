"""How wide the initial weights may be: signals and gradients through six tanh layers."""

import numpy as np

n, depth = 500, 6
rng = np.random.RandomState(0)
x = rng.normal(0, 1, (200, n))  # (batch, n)


def spread(factor):
    """Deviation of the last layer's outputs, and of the gradient that comes back to the first."""
    bound = factor * np.sqrt(6 / (n + n))
    weights = [rng.uniform(-bound, bound, (n, n)) for _ in range(depth)]
    outputs = [x]
    for W in weights:
        outputs.append(np.tanh(outputs[-1] @ W))
    gradient = rng.normal(0, 1, (200, n))
    for W, output in zip(weights[::-1], outputs[:0:-1], strict=True):
        gradient = (gradient * (1 - output**2)) @ W.T
    return outputs[-1].std(), gradient.std()


measured = {factor: spread(factor) for factor in (0.25, 1, 4)}
for factor, (signal, gradient) in measured.items():
    print(f"{factor:4} x the bound: outputs {signal:.4f}, gradient {gradient:.4f}")

assert measured[0.25][0] < 0.01  # the signal fades
assert measured[4][0] > 0.8  # most units are near -1 or 1
assert 0.1 < measured[1][0] < 1
assert 0.1 < measured[1][1] < 1
