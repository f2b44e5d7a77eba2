"""``theano.tests.disturb_mem``: other places in memory for what a test makes next."""


def disturb_mem() -> None:
    """Make some objects and let them go, so that what is made next lies elsewhere.

    How many follows from an address. What depends on the addresses of objects, such as the order of
    a set, then shows.
    """
    made = [bytearray(n) for n in range(id(object()) // 16 % 1000)]
    del made[::2]


__all__ = ["disturb_mem"]
