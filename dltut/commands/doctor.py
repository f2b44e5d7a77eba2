"""What a machine offers to dltut: versions, device, threads, cache, data, and how fast it is."""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dltut import __version__
from dltut.machine.config import Settings, configure

PACKAGES = ("pytensor", "numba", "numpy", "scipy", "jax")
WIDTH = 16


def doctor(
    floatX: str | None = None,
    device: str | None = None,
    mode: str | None = None,
    data_dir: str | None = None,
) -> None:
    """Print versions, device, float width, BLAS, threads, cache, data, and a short timing.

    Parameters
    ----------
    floatX : str
        float32 or float64.
    device : str
        cpu, cuda, cuda0 ...
    mode : str
        NUMBA, JAX or FAST_COMPILE.
    data_dir : str
        The folder of the data sets.

    Raises
    ------
    InputError
        If a setting is wrong, here, in the environment, or in an rc file.
    """
    chosen = configure(floatX, device, mode, data_dir)
    for facts in (versions, choices, places, speeds):
        for name, fact in facts(chosen):
            print(f"{name:<{WIDTH}}{fact}", flush=True)


def versions(chosen: Settings) -> Iterator[tuple[str, str]]:
    """Name and version of the interpreter, of dltut, and of what it stands on."""
    yield "python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"
    yield "dltut", __version__
    for name in PACKAGES:
        yield name, installed(name)


def installed(package: str) -> str:
    """The version of a package, found without importing it.

    Examples
    --------
    >>> installed("no-such-package")
    'not installed'
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def choices(chosen: Settings) -> Iterator[tuple[str, str]]:
    """The settings in force, and the processors, threads and BLAS that do the work."""
    import numpy as np

    from dltut.kernels.engine.threads import n_threads

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    yield "device", chosen.device
    yield "floatX", chosen.floatX
    yield "mode", chosen.backend
    yield "BLAS", f"{blas['name']} {blas['version']}"
    yield "threads", f"{n_threads()} on {processors} processors"


def places(chosen: Settings) -> Iterator[tuple[str, str]]:
    """Where compiled code is kept, and where the data sets are."""
    import pytensor

    from dltut.datasets.catalogue import SOURCES

    cache = Path(pytensor.config.base_compiledir)
    yield "cache", f"{cache} ({megabytes(cache):,.1f} MB)"
    yield (
        "data folder",
        f"{chosen.data_dir}{'' if chosen.data_dir.is_dir() else ' (not there yet)'}",
    )
    yield "digits", "embedded, 5,000 of MNIST"
    for name, source in SOURCES.items():
        found = source.find(chosen.data_dir if chosen.data_dir.is_dir() else None)
        yield name, str(found or f"not here; fetch it with: python -m dltut data {name}")


def megabytes(folder: Path) -> float:
    """What the files in a folder take, in millions of bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def speeds(chosen: Settings) -> Iterator[tuple[str, str]]:
    """Two timings: a large matrix product, and a compiled training step of 784 x 500 weights."""
    import numpy as np

    matrix = np.ones((1024, 1024), dtype=chosen.floatX)
    seconds, _ = seconds_each(lambda: matrix @ matrix)
    yield "matrix product", f"{2 * 1024**3 / seconds / 1e9:,.0f} GFLOP/s in {chosen.floatX}"
    seconds, first = seconds_each(training_step())
    yield "training step", f"{1000 * seconds:.2f} ms (the first took {first:.1f} s)"


def training_step() -> Callable[[], float]:
    """A compiled step down the gradient of one tanh layer, 784 to 500 units, on 20 examples."""
    import numpy as np
    import pytensor
    import pytensor.tensor as pt

    from dltut.machine.backend import function
    from dltut.machine.shared import as_floatX, shared_zeros

    x, weights = pytensor.shared(as_floatX(np.ones((20, 784)))), shared_zeros((784, 500))
    cost = pt.sqr(pt.tanh(x @ weights) - 0.5).mean()
    step = weights - as_floatX(0.1) * pytensor.grad(cost, weights)
    compiled = function([], cost, updates={weights: step}, name="a training step")
    return lambda: float(compiled())  # JAX has finished once the number is here


def seconds_each(work: Callable, duration: float = 0.7) -> tuple[float, float]:
    """Seconds of the fastest call of `work` within `duration`, and of its first call."""
    start = time.perf_counter()
    work()
    first, times = time.perf_counter() - start, []
    while sum(times) < duration:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times), first
