"""The logarithms of the densities, as JAX's samplers want them: of one position."""

import jax.numpy as jnp


def log_density(work, arrays):
    if work["target"] == "banana":
        spread, bend = work["spread"], work["bend"]

        def log_banana(x):
            across = x[1] - bend * (x[0] ** 2 - spread**2)
            return -((x[0] / spread) ** 2 + across**2) / 2

        return log_banana
    mean, precision = jnp.asarray(arrays["mean"]), jnp.asarray(arrays["precision"])

    def log_gaussian(x):
        off = x - mean
        if len(mean) > 16:
            return -(off @ precision @ off) / 2
        # Without products of matrices XLA makes one loop of a small one.
        return -(off[:, None] * precision * off).sum() / 2

    return log_gaussian
