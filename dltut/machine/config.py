"""Where to compute, in which precision, and where data lies.

A setting is looked for in this order, later ones winning: the default, the rc files, the
environment, the call.
"""

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import threadpoolctl

from dltut.exceptions import InputError, nearest
from dltut.machine.progress import say
from dltut.machine.theanorc import flags, is_retired, rc_entries

NAMES = ("floatX", "device", "mode", "dltut.data_dir", "dltut.threads")
FLOATS = {"float32": "float32", "float64": "float64"}
MODES = {
    "": "",
    "Mode": "",
    "NUMBA": "NUMBA",
    "FAST_RUN": "NUMBA",
    "JAX": "JAX",
    "FAST_COMPILE": "FAST_COMPILE",
}
CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


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
        floatX, device, mode, data_dir, threads as in `Settings`. "gpu" is another name of "cuda",
        "FAST_RUN" of "NUMBA".

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
        If a name or value is unknown, or the device needs a package that is not installed.

    Notes
    -----
    Call it before the first function is compiled: JAX chooses its device only once.
    """
    chosen, retired = _collected(locals())
    if retired:
        say(f"these Theano settings mean nothing here: {', '.join(sorted(retired))}")
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


def _collected(call: dict) -> tuple[Settings, set[str]]:
    """The settings, and the retired names that were met on the way."""
    known = {name.lower(): name.removeprefix("dltut.") for name in NAMES}
    chosen, retired = {}, set()
    for place, name, value in _given(call):
        if name.lower() in known:
            key = known[name.lower()]
            chosen[key] = _checked(key, value, place)
        elif is_retired(name):
            retired.add(name)
        else:
            raise InputError(f"{place}: there is no setting {name}; {nearest(name, NAMES)}")
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
        return Path(text).expanduser()
    if key == "device" and (device := re.fullmatch(r"cpu|(?:cuda|gpu)(\d*)", text)):
        return text if text == "cpu" else f"cuda{device[1]}"
    if key == "threads" and re.fullmatch(r"0*[1-9]\d*", text):
        return int(text)
    choices = {"floatX": FLOATS, "mode": MODES}.get(key, {})
    if text in choices:
        return choices[text]
    expected = {
        "data_dir": "expected a folder",
        "device": "expected cpu, cuda, cuda0, cuda1 ... or gpu",
        "threads": "expected a whole number from 1",
    }.get(key) or nearest(text, filter(None, choices))
    raise InputError(f"{place}: {key} is {text!r}; {expected}")


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
        os.environ["CUDA_VISIBLE_DEVICES"] = number


def _limit_threads(threads: int | None) -> None:
    """Limit the pools that are loaded, NumPy's, and set what the others read when they are."""
    if threads is None:
        return
    if "numba" in sys.modules and os.environ.get("NUMBA_NUM_THREADS") != str(threads):
        raise InputError(f"threads={threads} comes too late: set it before anything is compiled")
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    threadpoolctl.threadpool_limits(threads)
