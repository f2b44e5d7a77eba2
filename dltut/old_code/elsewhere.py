"""What libraries of pictures and music had; a matplotlib without a screen."""

import functools
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

from dltut.machine.notices import say
from dltut.old_code.standard import as_bytes

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


def midiread(name, r=(21, 109), dt: float = 0.2):
    """A MIDI file, its frames in ``piano_roll``.

    Parameters
    ----------
    name : path
        Of the file.
    r : pair of int
        The lowest note, and the one above the highest.
    dt : float
        Seconds of a frame.
    """
    from dltut.datasets.kinds import Rolls
    from dltut.datasets.midi import read_midi

    return SimpleNamespace(piano_roll=read_midi(name, Rolls(*r, dt=dt)))


def midiwrite(name, piano_roll, r=(21, 109), dt: float = 0.2, patch: int = 0) -> None:
    """Write frames as a MIDI file.

    Parameters
    ----------
    name : path
        Of the file.
    piano_roll : array, shape (n_frames, n_notes)
        0 and 1.
    r, dt
        As `midiread` takes them.
    patch : int
        The instrument; it is a piano here.
    """
    from dltut.datasets.kinds import Rolls
    from dltut.datasets.midi import write_midi

    write_midi(name, piano_roll, Rolls(*r, dt=dt))


def _midi() -> ModuleType:
    """The package ``midi`` that came with the tutorial on music, now over our own reader."""
    module = ModuleType("midi")
    module.utils = SimpleNamespace(midiread=midiread, midiwrite=midiwrite)
    return module


def _midi_utils() -> ModuleType:
    module = ModuleType("midi.utils")
    vars(module).update(midiread=midiread, midiwrite=midiwrite)
    return module


def _of_bytes(name: str) -> object:
    """A reader or writer, which takes the bytes of a file that was opened for text."""

    def made(module: ModuleType) -> object:
        plain = getattr(module, name)

        def called(file, *arguments, **options):
            found = plain(as_bytes(file), *arguments, **options)
            if found is not None and hasattr(found, "__dict__"):
                found.file_as_opened = file  # a picture is read later: the file must not go away
            return found

        return functools.wraps(plain)(called)

    return made


def _value_of(dataset) -> object:
    """All that a table of a file holds; words are text."""
    import h5py

    kind = h5py.check_string_dtype(dataset.dtype)
    return dataset.asstr()[()] if kind and kind.length is None else dataset[()]


def _reading_and_writing(h5py: ModuleType) -> type:
    if not hasattr(h5py.Dataset, "value"):
        h5py.Dataset.value = property(_value_of)

    class File(h5py.File):
        """A file of arrays, which old versions opened for writing if nothing was said."""

        def __init__(self, name, mode=None, *arguments, **options):
            can_only_read = Path(str(name)).exists() and not os.access(name, os.W_OK)
            super().__init__(name, mode or ("r" if can_only_read else "a"), *arguments, **options)

    return File


MODULES = {"midi": _midi, "midi.utils": _midi_utils}
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
    "PIL.Image": {"open": _of_bytes("open")},
    "h5py": {"File": _reading_and_writing},
    "matplotlib": {"use": _use},
    "matplotlib.image": {"imread": _of_bytes("imread")},
    "matplotlib.pyplot": {
        "show": _show,
        "pause": _nothing,
        "ion": _nothing,
        "imread": _of_bytes("imread"),
    },
    "scipy.io": {"loadmat": _of_bytes("loadmat"), "savemat": _of_bytes("savemat")},
    "scipy.io.wavfile": {"read": _of_bytes("read"), "write": _of_bytes("write")},
    "pylab": {"show": _show, "pause": _nothing, "ion": _nothing},
}
