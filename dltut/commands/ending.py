"""How a program ends that nobody catches: Ctrl-C as one line, from its first import on."""

import os
import sys
from contextlib import suppress
from types import TracebackType

_SHOW = sys.__excepthook__


def _end_quietly(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _SHOW(kind, error, traceback)
        return
    with suppress(AttributeError, OSError, ValueError):  # there may be no standard error
        os.write(sys.stderr.fileno(), b"interrupted\n")


# PyTensor puts a hook of its own in the place of the first, which then calls the second.
sys.excepthook = sys.__excepthook__ = _end_quietly
