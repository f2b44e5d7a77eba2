"""``theano.compile.mode``: Theano's modes, each served by one of ours."""

from functools import cache

import pytensor.compile.mode
from pytensor.compile.mode import (
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
    register_linker,
    register_mode,
    register_optimizer,
)

from dltut.exceptions import nearest
from dltut.kernels.modes import mode_of
from dltut.theano.configuration import CHOICES, config
from dltut.theano.names import passed_on

FAST_RUN, FAST_COMPILE = "FAST_RUN", "FAST_COMPILE"
# What stood for looking into a graph computes here without looking, step by step.
OURS = {
    **dict.fromkeys(["Mode", "FAST_RUN", "None", "ProfileMode", "PROFILE_MODE"], "NUMBA"),
    **dict.fromkeys(["NUMBA", "MonitorMode", "NanGuardMode"], "NUMBA"),
    **dict.fromkeys(["FAST_COMPILE", "DebugMode", "DEBUG_MODE"], "FAST_COMPILE"),
    "JAX": "JAX",
}
SLOW_OPTIMIZERS = ("None", "fast_compile", "merge")


def name_of(mode: str | None) -> str:
    """Which of our modes serves a mode of Theano's: NUMBA, JAX or FAST_COMPILE.

    Parameters
    ----------
    mode : str, optional
        Default: ``theano.config.mode``.

    Raises
    ------
    ValueError
        If Theano had no such mode.
    """
    if mode is None:
        mode = config.mode
        if mode == "Mode" and str(config.optimizer) in SLOW_OPTIMIZERS:
            return "FAST_COMPILE"
    spelt = {name.lower(): ours for name, ours in OURS.items()}
    if str(mode).lower() not in spelt:
        raise ValueError(f"theano has no mode {mode!r}; {nearest(str(mode), CHOICES['mode'])}")
    return spelt[str(mode).lower()]


def get_mode(mode=None):
    """The mode of a name, as an object; one that is an object already as it is."""
    return _numbered(name_of(mode)) if mode is None or isinstance(mode, str) else mode


def get_default_mode():
    """The mode that ``theano.config`` asks for."""
    return get_mode(None)


@cache
def _numbered(name: str):
    return mode_of(name)


class Mode(pytensor.compile.mode.Mode):
    """A mode made of a linker and an optimizer; Theano's C linkers are ours for NumPy or Numba.

    Parameters
    ----------
    linker : str or linker, optional
    optimizer : str or query
    """

    def __init__(self, linker=None, optimizer="default"):
        is_named = linker is None or isinstance(linker, str)
        is_python = not is_named or linker in ("py", "vm", "vm_nogc")
        ours = mode_of("FAST_COMPILE" if is_python else "NUMBA")
        linker = ours.linker if is_named else linker
        if optimizer is None or isinstance(optimizer, str):
            optimizer = ours.provided_optimizer
        super().__init__(linker, optimizer)


__getattr__ = passed_on(__name__, "pytensor.compile.mode")
__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "Mode",
    "get_default_mode",
    "get_mode",
    "name_of",
    "predefined_linkers",
    "predefined_modes",
    "predefined_optimizers",
    "register_linker",
    "register_mode",
    "register_optimizer",
]
