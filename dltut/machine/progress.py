"""What a person sees while waiting: notices, a spinner, a bar; plain lines off a terminal."""

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm


def say(text: str) -> None:
    """Print one line for the user on standard error, so that standard output stays data."""
    tqdm.write(text, file=sys.stderr)


def bar(total: int | None, description: str, unit: str = "it") -> tqdm:
    """A progress bar on standard error; it draws nothing when that is not a terminal.

    Parameters
    ----------
    total : int or None
        How many units there are; None if that is not known.
    description : str
        What stands before the bar.
    unit : str
        What is counted; "B" for bytes is shown in kB, MB, ...
    """
    return tqdm(
        total=total,
        desc=description,
        unit=unit,
        unit_scale=unit == "B",
        file=sys.stderr,
        disable=not sys.stderr.isatty(),
        leave=False,
        dynamic_ncols=True,
    )


@contextmanager
def spinner(text: str, after: float = 2.0) -> Iterator[None]:
    """Show `text` with a turning sign and the seconds while the block runs.

    Parameters
    ----------
    text : str
        What is being waited for.
    after : float
        Seconds of silence first: what is quick says nothing.
    """
    done = threading.Event()
    thread = threading.Thread(target=_turn, args=(text, after, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _turn(text: str, after: float, done: threading.Event) -> None:
    start = time.monotonic()
    if done.wait(after):
        return
    if not sys.stderr.isatty():
        say(f"{text} ...")
        return
    for sign in itertools.cycle("|/-\\"):
        sys.stderr.write(f"\r{sign} {text} ({time.monotonic() - start:.0f} s)\x1b[K")
        sys.stderr.flush()
        if done.wait(0.1):
            break
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
