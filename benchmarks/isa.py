"""Everybody held to the vector instructions of an ordinary processor, or of a wide one."""

from pathlib import Path

from dltut.exceptions import InputError, nearest

# What Linux calls them, of those that compilers take for granted at each level.
NEEDED = {"avx2": ("avx2", "fma", "bmi2", "f16c"), "avx512": ("avx512f", "avx512dq", "avx512vl")}
FEATURES = "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe,+popcnt,+sse4.2,-avx512f"
VARIABLES = {
    "avx2": {
        "NUMBA_CPU_NAME": "x86-64-v3",  # for ours
        "NUMBA_CPU_FEATURES": FEATURES,
        "ATEN_CPU_CAPABILITY": "avx2",  # for torch, and the library under it
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",  # for JAX
    },
    "avx512": {},  # everybody finds them alone
}


def variables_of(isa: str, facts: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The variables that hold a process to an instruction set.

    Parameters
    ----------
    isa : {"avx2", "avx512"}
    facts : path
        Where the system says what its processor has.

    Raises
    ------
    InputError
        If there is no such set, or the processor lacks it.
    """
    if isa not in VARIABLES:
        raise InputError(f"there is no instruction set {isa!r}: {nearest(isa, VARIABLES)}")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    has = next((line.split() for line in lines if line.startswith("flags")), [])
    missing = [name for name in NEEDED[isa] if name not in has]
    if missing:
        raise InputError(
            f"this processor has no {', '.join(missing)}, which --isa {isa} needs: "
            "leave it out to race with what there is"
        )
    return VARIABLES[isa]
