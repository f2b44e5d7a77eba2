"""``theano.tests.disturb_mem``: other places in memory for what a test makes next."""

import random


def disturb_mem() -> None:
    """Make objects of random number and size, and keep them while the process runs.

    What depends on the addresses of objects, such as the order of a set, then shows.
    """
    numbers = random.Random()
    KEPT.append([object() for _ in range(numbers.randint(0, 1000))])
    KEPT.append(bytearray(numbers.randint(1, 10_000)))


KEPT = []
__all__ = ["disturb_mem"]
