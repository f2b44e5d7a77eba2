"""Effective draws a second: our sampler beside those of BlackJAX, NumPyro and nutpie.

They want a Python of their own: ``pip install -e ".[samplers]"``.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import table
from race import HERE, PAUSE, PeerError, Worker, environment
from run import found, machine, prepare
from works import HMC, gaussian

from dltut.commands.flags import run
from dltut.exceptions import InputError, nearest
from dltut.machine.files import atomic
from dltut.machine.notices import say
from dltut.samplers import Banana

PACKAGES = ("blackjax", "numpyro", "nutpie", "pymc", "arviz")
HEADER = ("who", "ESS/s", "least", "most", "with warm-up", "of squares", "ESS/draw")
HEADER = (*HEADER, "gradients/draw", "warm-up s", "start s")
WRONG = 6.0  # standard errors between a moment and what it must be


@dataclass(frozen=True)
class Sampler:
    """One row of the table: a file in peers/, and what its ``build`` is told."""

    name: str
    file: str
    options: dict = field(default_factory=dict)


def of_jax(name, library, **options):
    return Sampler(name, f"{library}_sampler", {"nuts": True, "dense": False} | options)


SAMPLERS = (
    Sampler("dltut, HMC", "ours_sampler"),
    of_jax("BlackJAX, HMC", "blackjax", nuts=False),
    of_jax("BlackJAX, NUTS", "blackjax"),
    of_jax("BlackJAX, NUTS, dense masses", "blackjax", dense=True),
    of_jax("NumPyro, NUTS", "numpyro"),
    of_jax("NumPyro, NUTS, dense masses", "numpyro", dense=True),
    Sampler("nutpie, NUTS", "nutpie_sampler", {"low_rank": False}),
    Sampler("nutpie, NUTS, low-rank masses", "nutpie_sampler", {"low_rank": True}),
)


def tutorial(rng):
    """The Gaussian of the tutorial on HMC."""
    given = gaussian(HMC)
    return given["mean"], np.linalg.inv(given["precision"].astype("float64"))


def turned(rng):
    """Variances from 1 to 100 along 100 axes that are not the coordinates'."""
    axes, _ = np.linalg.qr(rng.normal(size=(100, 100)))
    return np.zeros(100), axes * np.logspace(0, 2, 100) @ axes.T


def curved(rng):
    """A ridge in the plane, whose moments are known."""
    return Banana().mean, Banana().covariance


# Of HMC, which cannot find them itself: the acceptance wanted, the tutorial's, and the number of
# leapfrog steps, by effective draws a gradient about the best of 5, 8, 10, 15, 20 and 30.
TARGETS = {
    "gaussian": ("the tutorial's Gaussian, 5 dimensions", tutorial, 0.9, 10),
    "banana": ("a banana, 2 dimensions", curved, 0.9, 15),
    "gaussian-100": ("a Gaussian of 100 dimensions, condition number 100", turned, 0.9, 20),
}


def main(
    targets: tuple[str, ...] = tuple(TARGETS),
    samplers: tuple[str, ...] = (),
    chains: int = 4,
    warmup: int = 1000,
    draws: int = 5000,
    repeats: int = 5,
    threads: int = 2,
    out: Path = Path("docs/speed/samplers"),
):
    """Race our sampler against others, in turn, on densities whose moments are known.

    Parameters
    ----------
    targets : names
        Of gaussian, banana, gaussian-100.
    samplers : names
        Only those whose names begin so, such as BlackJAX.
    chains, warmup, draws : int
        Of each run; warm-up and draws are timed apart.
    repeats : int
        Runs of each sampler, each from the start; the tables show medians.
    threads : int
        For everyone.
    out : folder
        For samplers.json and the tables; what it has of other targets stays.
    """
    for name in targets:
        if name not in TARGETS:
            raise InputError(f"there is no target {name!r}: {nearest(name, TARGETS)}")
    prepare(threads)
    os.environ |= {"JAX_PLATFORMS": "cpu"}
    path = out / "samplers.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"targets": {}}
    results["machine"] = machine(threads) | {"packages": {name: found(name) for name in PACKAGES}}
    for name in targets:
        settings = {"chains": chains, "warmup": warmup, "draws": draws}
        rows = raced(name, chosen(samplers), settings, repeats, threads)
        results["targets"][name] = {"title": TARGETS[name][0], "settings": settings, "rows": rows}
        lines = [cells(who, row) for who, row in sorted(rows.items(), key=order)]
        table.write_one(out / name, HEADER, lines)
        with atomic(path, "w") as file:
            json.dump(results, file, indent=1)
        print(f"\n{TARGETS[name][0]}\n{table.aligned([HEADER, *lines])}", flush=True)


def chosen(names) -> list[Sampler]:
    """Those meant; ours is always there."""
    beginnings = tuple(name.lower() for name in names)
    return [s for s in SAMPLERS if not names or s.name.lower().startswith(("dltut", *beginnings))]


def raced(target: str, samplers, settings: dict, repeats: int, threads: int) -> dict:
    """Every sampler in a process of its own, one at work while the others wait."""
    _, moments, acceptance, n_steps = TARGETS[target]
    rng = np.random.default_rng(12345)
    mean, covariance = moments(rng)
    start = mean + np.sqrt(np.diag(covariance)) * rng.normal(size=(settings["chains"], len(mean)))
    arrays = {"mean": mean, "covariance": covariance, "start": start}
    arrays |= {"precision": np.linalg.inv(covariance)}
    work = settings | {"target": target, "acceptance": acceptance, "n_steps": n_steps}
    work |= {"spread": Banana().spread, "bend": Banana().bend}
    rows, workers = {each.name: {} for each in samplers}, {}
    with tempfile.TemporaryDirectory() as folder:
        given, left = Path(folder) / "arrays.npz", Path(folder) / "draws.npz"
        np.savez(given, **{name: array.astype("float32") for name, array in arrays.items()})
        try:
            for sampler in samplers:
                say(f"{target}: {sampler.name}, launch")
                begin = time.perf_counter()
                workers[sampler.name] = launched(sampler, Path(folder), threads, len(start))
                request = {"arrays": str(given), "options": sampler.options | {"threads": threads}}
                answer = ask(rows, workers, sampler.name, "build", work=work, **request)
                if answer:
                    seconds = time.perf_counter() - begin
                    rows[sampler.name] |= {"first": seconds, "versions": answer["versions"]}
            for repeat in range(repeats):
                say(f"{target}: repeat {repeat + 1} of {repeats}")
                for name in list(workers):
                    time.sleep(PAUSE)
                    ask(rows, workers, name, "run", calls=1)
                    if ask(rows, workers, name, "save", path=str(left)) is not None:
                        rows[name].setdefault("runs", []).append(judged(left, mean, covariance))
        finally:
            for worker in workers.values():
                worker.close()
    return {name: checked(row) for name, row in rows.items()}


def launched(sampler, cache: Path, threads: int, n_chains: int) -> Worker:
    """Its process, in which JAX has a device for each chain."""
    variables = environment(cache, threads, None)
    variables["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={n_chains}"
    command = [sys.executable, str(HERE / "worker.py"), str(HERE / "peers" / f"{sampler.file}.py")]
    return Worker(command, variables)


def ask(rows, workers, name, do, **request):
    """The answer; a sampler that fails is out of the race, with its reason."""
    if name not in workers:
        return None
    try:
        return workers[name].ask(do, **request)
    except PeerError as error:
        rows[name]["missing"] = str(error)
        workers.pop(name).close()
        return None


def judged(path: Path, mean, covariance) -> dict:
    """What a run was worth.

    The effective size is arviz's for the bulk, of the worst coordinate: of the coordinates, which
    moves that go to the other side make more than independent draws, and of their squares, which
    they do not help.
    """
    with np.load(path) as file:
        draws, (warming, drawing), gradients = (file[f"arr_{i}"] for i in range(3))
    away = draws.astype("float64") - mean
    sizes, errors = [], []
    for values, wanted in ((away, 0.0), (away**2, np.diag(covariance))):
        size = effective_sizes(values)
        # The bulk's is that of ranks; a mean has its own, which is less where tails are long.
        error = values.std(axis=(0, 1)) / np.sqrt(effective_sizes(values, "mean"))
        errors.append(np.max(np.abs(values.mean(axis=(0, 1)) - wanted) / error))
        sizes.append(float(size.min()))
    return {
        "ess": sizes[0],
        "ess_of_squares": sizes[1],
        "draws": draws.shape[0] * draws.shape[1],
        "gradients": float(gradients),
        "warming": float(warming),
        "drawing": float(drawing),
        "errors": float(max(errors)),
    }


def effective_sizes(draws, method: str = "bulk") -> np.ndarray:
    """Arviz's effective number of draws of each coordinate, of an array (chains, draws, dim)."""
    from arviz_stats.base import array_stats

    return array_stats.ess(draws, chain_axis=0, draw_axis=1, method=method)


def checked(row: dict) -> dict:
    """Draws of another density are no figure."""
    errors = median([each["errors"] for each in row.get("runs", [])] or [0])
    if errors <= WRONG:
        return row
    return row | {"missing": f"draws of another density: a moment is {errors:.0f} errors off"}


def rates(row, size="ess", warmed=False) -> list[float]:
    """Effective draws a second of each run."""
    return [
        each[size] / (each["drawing"] + (each["warming"] if warmed else 0)) for each in row["runs"]
    ]


def order(item):
    """Ours, the others by speed, what is missing."""
    name, row = item
    fastest = -median(rates(row)) if "missing" not in row else np.inf
    return not name.startswith("dltut"), fastest


def cells(name: str, row: dict) -> list[str]:
    """One line of the table."""
    if "missing" in row:
        return [name, f"missing: {row['missing']}", *[""] * (len(HEADER) - 2)]
    runs, speeds = row["runs"], rates(row)
    seconds = median([each["warming"] + each["drawing"] for each in runs])
    numbers = [
        *(median(speeds), min(speeds), max(speeds)),
        *(median(rates(row, warmed=True)), median(rates(row, "ess_of_squares"))),
        median([each["ess"] / each["draws"] for each in runs]),
        *(median([each[what] for each in runs]) for what in ("gradients", "warming")),
        max(row["first"] - seconds, 0),
    ]
    return [name, *map(table.shown, numbers)]


if __name__ == "__main__":
    run(main)
