"""What a person sees while waiting: notices, a spinner, a bar; plain lines off a terminal."""

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tqdm import tqdm

from dltut.exceptions import printable

LONGEST = 2000  # characters of a line
TURNING = "spinner"  # the name of the thread that turns one


def say(text: str) -> None:
    """Print one line for the user on standard error, so that standard output stays data.

    Where nobody can read it, as on a closed terminal, it is not printed.
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # full or closed
            tqdm.write(printable(text, LONGEST), file=sys.stderr)


def is_terminal() -> bool:
    """Whether a person looks at standard error; it may be closed, or no file at all."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


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
        desc=printable(description),
        unit=unit,
        unit_scale=unit == "B",
        file=sys.stderr,
        disable=not is_terminal(),
        leave=False,
        dynamic_ncols=True,
    )


@contextmanager
def spinner(text: str, after: float = 2.0) -> Iterator[None]:
    """Show `text` with a turning sign and the seconds while the block runs.

    Beside a bar it is a line; inside another spinner, nothing.

    Parameters
    ----------
    text : str
        What is being waited for.
    after : float
        Seconds of silence first: what is quick says nothing.
    """
    if TURNING in (thread.name for thread in threading.enumerate()):
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_turn, args=(text, after, done), name=TURNING, daemon=True)
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
    if not is_terminal() or any(not bar.disable for bar in _bars()):
        say(f"{text} ...")
        return
    with suppress(OSError, ValueError):  # a terminal that is closed meanwhile
        for sign in itertools.cycle("|/-\\"):
            seconds = f"({time.monotonic() - start:.0f} s)"
            sys.stderr.write(f"\r{sign} {printable(text)} {seconds}\x1b[K")
            sys.stderr.flush()
            if done.wait(0.1):
                break
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _bars() -> list[tqdm]:
    """The bars that are open; tqdm makes the set with the first."""
    return list(getattr(tqdm, "_instances", ()))
