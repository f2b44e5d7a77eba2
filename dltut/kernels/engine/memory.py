"""Memory that is used again at every step, instead of being given back and asked for anew.

The C library returns large arrays to the system as soon as they are freed, and the system hands out
pages of zeros one by one when they are touched: an LSTM's step took twice as long.
"""

import ctypes

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's names of what is set, M_TRIM_THRESHOLD, ...
KEPT = 2**30 - 1  # bytes that may lie free at the end of the heap


def keep_freed_memory() -> bool:
    """Have the C library keep what is freed for the next arrays; whether it can.

    It is a setting of the whole process, of glibc: arrays of any size lie in the heap, and up to
    1 GiB of what is free at its end stays.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    return set_option is not None and bool(
        set_option(MMAP_MAX, 0) and set_option(TRIM_THRESHOLD, KEPT)
    )
