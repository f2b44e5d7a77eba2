"""Where to compute, in which precision, and where data lies.

A setting is looked for in this order, later ones winning: the default, the rc files, the
environment, the call.
"""

import importlib.util
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import threadpoolctl

from dltut.exceptions import InputError, nearest, printable, quoted
from dltut.machine.files import expanded, make_folder
from dltut.machine.notices import say
from dltut.machine.theanorc import flags, is_retired, rc_entries

NAMES = ("floatX", "device", "mode", "dltut.data_dir", "dltut.threads")
FLOATS = {"float32": "float32", "float64": "float64"}
MODES = {
    "": "",
    "Mode": "",
    "FAST_RUN": "",
    "NUMBA": "NUMBA",
    "JAX": "JAX",
    "FAST_COMPILE": "FAST_COMPILE",
}
# Theano's modes for looking into a graph; nothing of that kind is here.
DEBUGGING = "DebugMode DEBUG_MODE NanGuardMode MonitorMode ProfileMode PROFILE_MODE".split()
CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)
TRIAL = 2**23  # bytes that are there for compiled code; a script's first run takes a few million
VISIBLE, CHOSEN = "CUDA_VISIBLE_DEVICES", "DLTUT_CUDA_DEVICE"


def default_data_dir() -> Path:
    """The folder data/ of the checkout, or ~/.dltut/data for an installed package."""
    checkout = Path(__file__).parents[2]
    inside = (checkout / "pyproject.toml").exists()
    return checkout / "data" if inside else Path.home() / ".dltut" / "data"


@dataclass(frozen=True)
class Settings:
    """What the user chose.

    Attributes
    ----------
    floatX : {"float32", "float64"}
        Width of all floating-point numbers.
    device : str
        cpu, cuda (any GPU), or cuda0, cuda1 ... for a certain one.
    mode : {"NUMBA", "JAX", "FAST_COMPILE", ""}
        The backend; empty where the device decides.
    data_dir : Path
        Where data sets are looked for and downloaded to.
    threads : int, optional
        How many threads compute; all processors if None.
    """

    floatX: str = "float32"
    device: str = "cpu"
    mode: str = ""
    data_dir: Path = field(default_factory=default_data_dir)
    threads: int | None = None

    def __post_init__(self):
        if self.device != "cpu" and self.backend != "JAX":
            raise InputError(
                f"device={self.device} computes in mode JAX, not {self.mode}: "
                "leave out the mode or choose device=cpu"
            )

    @property
    def backend(self) -> str:
        """The mode that functions are compiled in: `mode`, or what suits the device."""
        return self.mode or ("NUMBA" if self.device == "cpu" else "JAX")


def settings(**call: str | int | os.PathLike | None) -> Settings:
    """The settings in force; those that are given (and not None) win over all others.

    Parameters
    ----------
    **call : str, int or path
        floatX, device, mode, data_dir, threads as in `Settings`. "gpu" is another name of "cuda";
        "FAST_RUN" leaves the mode to the device.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If a file, a flag or the call holds an unknown name or value.

    Examples
    --------
    >>> settings(device="gpu", floatX="float64").device
    'cuda'
    """
    return _collected(call)[0]


def configure(
    floatX: str | None = None,
    device: str | None = None,
    mode: str | None = None,
    data_dir: str | os.PathLike | None = None,
    threads: int | None = None,
) -> Settings:
    """Apply the settings to PyTensor and JAX; only scripts and the command line do so.

    Parameters
    ----------
    floatX, device, mode, data_dir, threads : optional
        As in `Settings`; None leaves the choice to the environment and the rc files.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If a name or value is unknown, the device needs a package that is not installed, or the
        environment is such that nothing can be compiled, see `check_environment`.

    Notes
    -----
    Call it before the first function is compiled: JAX chooses its device only once.
    """
    chosen, retired = _collected(locals())
    check_environment()
    if retired:
        say(f"these Theano settings mean nothing here: {', '.join(sorted(retired))}")
    chosen = _on_what_there_is(chosen, asked=device)
    _limit_threads(chosen.threads)
    _select_device(chosen)
    import pytensor

    pytensor.config.floatX = chosen.floatX
    pytensor.config.mode = chosen.backend
    return chosen


def data_dir(given: str | os.PathLike | None = None) -> Path:
    """The folder of the data sets: the one given, else the one configured, else the default.

    Examples
    --------
    >>> data_dir("some/digits").name
    'digits'
    """
    return settings(data_dir=given).data_dir


def check_environment() -> None:
    """See that PyTensor and Numba can be imported here, and can keep what they compile.

    Raises
    ------
    InputError
        If a variable for the number of threads holds something else, a variable with flags cannot
        be read, or the folder for compiled code cannot be written.

    Notes
    -----
    ``OMP_NUM_THREADS=4,2``, which is right for nested loops in OpenMP, becomes 4: PyTensor reads
    only one number.
    """
    for name in THREAD_VARIABLES:
        _check_threads(name)
    folder = _folder_of_compiled_code()
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            _reserve(file, TRIAL)
    except OSError as error:
        raise InputError(
            f"{folder}, where compiled code is kept, cannot be written "
            f"({error.strerror or error}): free some space, or name another folder by "
            "PYTENSOR_FLAGS=base_compiledir=FOLDER"
        ) from None


def _collected(call: dict) -> tuple[Settings, set[str]]:
    """The settings, and the retired names that were met on the way."""
    known = {name.lower(): name.removeprefix("dltut.") for name in NAMES}
    chosen, retired = {}, set()
    for place, name, value in _given(call):
        if name.lower() in known:
            key = known[name.lower()]
            if key == "mode" and value in DEBUGGING:
                retired.add(f"mode={value}")
                value = ""
            chosen[key] = _checked(key, value, place)
        elif is_retired(name):
            retired.add(printable(name))
        elif not place.endswith("[DEFAULT]"):  # there, any name may be for others to use
            hint = nearest(name, NAMES)
            raise InputError(f"{place}: there is no setting {printable(name)}; {hint}")
    return Settings(**chosen), retired


def _given(call: dict) -> Iterator[tuple[str, str, object]]:
    """(place, name, value) of everything that is set anywhere, what wins coming later."""
    yield from rc_entries()
    ours = ("floatX", "mode")  # the other flags are PyTensor's own business
    yield from (entry for entry in flags("PYTENSOR_FLAGS") if entry[1] in ours)
    yield from flags("THEANO_FLAGS")
    if folder := os.environ.get("DLTUT_DATA"):
        yield "DLTUT_DATA", "dltut.data_dir", folder
    prefixed = {name.removeprefix("dltut."): name for name in NAMES}
    for name, value in call.items():
        if value is not None:
            yield "the call", prefixed.get(name, name), value


def _checked(key: str, value: object, place: str) -> object:
    text = str(value).strip()
    if key == "data_dir" and text:
        return expanded(text)
    if key == "device" and (device := re.fullmatch(r"cpu|(?:cuda|gpu)(\d*)", text)):
        return text if text == "cpu" else f"cuda{device[1]}"
    if key == "threads" and re.fullmatch(r"0{0,4}[1-9]\d{0,3}", text, re.ASCII):
        return int(text)
    choices = {"floatX": FLOATS, "mode": MODES}.get(key, {})
    if text in choices:
        return choices[text]
    expected = {
        "data_dir": "expected a folder",
        "device": "expected cpu, cuda, cuda0, cuda1 ... or gpu",
        "threads": "expected a whole number from 1",
    }.get(key) or nearest(text, filter(None, choices))
    raise InputError(f"{place}: {key} is {quoted(text)}; {expected}")


def _on_what_there_is(chosen: Settings, asked: str | None) -> Settings:
    """The processor where Theano's old word "gpu" is all that asks for JAX and CUDA.

    Theano, too, went on without its card and said so; whoever writes "cuda", or gives a device to
    a program, gets an error instead.
    """
    named = [(place, value) for place, name, value in _given({}) if name.lower() == "device"]
    if asked is not None or not named or any(map(importlib.util.find_spec, CUDA_PLUGINS)):
        return chosen
    place, word = named[-1]
    if not word.startswith("gpu"):
        return chosen
    say(f"{place}: device={word}, but JAX for CUDA is not installed: using the processor")
    return replace(chosen, device="cpu")


def _select_device(chosen: Settings) -> None:
    """Tell JAX, before it is imported, where to compute."""
    if chosen.backend != "JAX":
        return
    on_cpu = chosen.device == "cpu"
    if not any(map(importlib.util.find_spec, ["jax"] if on_cpu else CUDA_PLUGINS)):
        what, extra = ("mode=JAX", "jax") if on_cpu else (f"device={chosen.device}", "cuda")
        raise InputError(f'{what} needs packages that are missing: pip install "dltut[{extra}]"')
    os.environ["JAX_PLATFORMS"] = "cpu" if on_cpu else "cuda"
    if number := re.sub(r"\D", "", chosen.device):
        _show_one_card(int(number))


def _show_one_card(number: int) -> None:
    """Let CUDA see only the card of this number among those that it may see."""
    visible = os.environ.get(VISIBLE)
    card, _, before = os.environ.get(CHOSEN, "").partition(" of ")
    if card and card == visible:  # chosen by an earlier call, from what was visible then
        visible = before or None
    cards = None if visible is None else _cards(visible)
    if cards is not None and number >= len(cards):
        raise InputError(
            f"device=cuda{number}, but {VISIBLE}={printable(visible)} shows {len(cards)} cards, "
            "which count from cuda0"
        )
    chosen = str(number) if cards is None else cards[number]
    os.environ |= {VISIBLE: chosen, CHOSEN: f"{chosen} of {visible or ''}"}


def _cards(visible: str) -> list[str]:
    """The cards that CUDA sees: numbers or names, up to the first that is none."""
    names = [each.strip() for each in visible.split(",")]
    return list(itertools.takewhile(re.compile(r"\d+|(GPU|MIG)-\S+").fullmatch, names))


def _reserve(file: IO[bytes], n_bytes: int) -> None:
    """Make a file so long, at once where the system can."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, n_bytes)
    else:
        file.write(bytes(n_bytes))


def _check_threads(name: str) -> None:
    text = os.environ.get(name, "").strip()
    if not text:
        os.environ.pop(name, None)  # Numba warns of an empty one
        return
    number = text.partition(",")[0].strip() if name == "OMP_NUM_THREADS" else text
    kept_out = "NUMBA" in name and number == "0"  # elsewhere 0 means all processors
    if not re.fullmatch(r"\d{1,4}", number, re.ASCII) or kept_out:
        raise InputError(
            f"the variable {name} is {quoted(text)}; expected a whole number from 1: correct or "
            "unset it"
        )
    os.environ[name] = number


def _folder_of_compiled_code() -> Path:
    """Where PyTensor keeps what is compiled, if possible without importing it."""
    if "pytensor" in sys.modules:
        return Path(sys.modules["pytensor"].config.compiledir)
    entries = itertools.chain(rc_entries("PYTENSORRC"), flags("PYTENSOR_FLAGS"))
    named = {name: value for _, name, value in entries}
    folder = named.get("compiledir") or named.get("base_compiledir")
    home = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
    return expanded(folder or (f"{home}/PyTensor" if home else "~/.pytensor"))


def _limit_threads(threads: int | None) -> None:
    """Limit the pools that are loaded, NumPy's, and set what the others read when they are."""
    if threads is None:
        return
    if "numba" in sys.modules and os.environ.get("NUMBA_NUM_THREADS") != str(threads):
        raise InputError(f"threads={threads} comes too late: set it before anything is compiled")
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    threadpoolctl.threadpool_limits(threads)
