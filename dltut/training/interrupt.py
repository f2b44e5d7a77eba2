"""Ctrl-C as a polite question instead of an exception in the middle of things."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def handling_ctrl_c(handle: Callable[[], None]) -> Iterator[None]:
    """Call `handle` at each Ctrl-C during the block, instead of raising KeyboardInterrupt.

    Parameters
    ----------
    handle : callable
        Runs between two instructions of the block, and may raise.

    Notes
    -----
    Only the main thread may handle signals: in another one the block runs as it is. So it does
    where Ctrl-C is ignored, as shells have it for jobs in the background.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: handle())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
