"""What kind of device JAX computes on."""

import jax


def is_card() -> bool:
    """Whether it is not the processor."""
    return jax.devices()[0].platform != "cpu"
