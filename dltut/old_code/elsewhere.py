"""What libraries of pictures had: Pillow's old constants, and a matplotlib without a screen."""

import functools
import os
import sys
from types import ModuleType

from dltut.machine.notices import say

FOR_FILES = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")


def _shown_nowhere() -> object:
    """Says once that no window opens."""

    @functools.cache
    def said() -> None:
        say("there is no screen: plt.show() opens no window, plt.savefig(FILE) keeps a picture")

    def show(*arguments, **options) -> None:
        said()

    return show


def _show(pyplot: ModuleType) -> object:
    """The window, if matplotlib draws on a screen."""
    return pyplot.show if has_screen() else _shown_nowhere()


def _use(matplotlib: ModuleType) -> object:
    """The choice of a screen; without one, pictures are drawn for files."""

    def use(backend, *arguments, **options) -> None:
        is_for_files = backend.lower() in FOR_FILES
        matplotlib.use(backend if is_for_files or has_screen() else "agg")

    return use


def has_screen() -> bool:
    """Whether a window can be opened: elsewhere than on Linux it can."""
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform != "linux" or bool(named)


def _nothing(module: ModuleType) -> object:
    return lambda *arguments, **options: None


def _resampling(name: str) -> object:
    return lambda image: getattr(image.Resampling, name)


def _fromstring(image: ModuleType) -> object:
    return image.frombytes


MISSING = {
    "PIL.Image": {
        "ANTIALIAS": _resampling("LANCZOS"),
        "LINEAR": _resampling("BILINEAR"),
        "CUBIC": _resampling("BICUBIC"),
        "fromstring": _fromstring,
    },
    "matplotlib.pyplot": {"hold": _nothing, "ishold": _nothing},
    "pylab": {"hold": _nothing, "ishold": _nothing},
    "matplotlib": {},
    "PIL": {},
}
CHANGED = {
    "matplotlib": {"use": _use},
    "matplotlib.pyplot": {"show": _show, "pause": _nothing, "ion": _nothing},
    "pylab": {"show": _show, "pause": _nothing, "ion": _nothing},
}
