"""Race dltut against its peers on the works of the tutorials and write tables and a picture."""

import json
import os
import platform
import signal
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import floor
import picture
import table
from entries import ENTRIES
from isa import variables_of
from race import Race
from works import CONVOLUTIONS, DRAWING, RECURRENT, RULED, TRAINING, WORKS

from dltut.commands.flags import run
from dltut.exceptions import InputError, nearest
from dltut.machine.files import atomic
from dltut.machine.notices import say

GROUPS = {"conv": CONVOLUTIONS, "rules": RULED, "unsupervised": DRAWING, "recurrent": RECURRENT}
LAUNCHED = (*TRAINING, *DRAWING, *RECURRENT)  # with an empty cache, too
PACKAGES = ("numpy", "pytensor", "numba", "jax", "torch", "keras")


def main(
    works: tuple[str, ...] = (
        *(*TRAINING, *RULED, "lenet-eval", *DRAWING, *RECURRENT, "unet", "conv"),
    ),
    peers: tuple[str, ...] = (),
    repeats: int = 7,
    threads: int = 2,
    interpreter: tuple[str, ...] = (),
    device: str = "cpu",
    isa: str | None = None,
    out: Path = Path("docs/speed"),
    cold: bool = True,
    quick: bool = False,
    keep: bool = False,
):
    """Race dltut against its peers, in turn, on the same arrays.

    Parameters
    ----------
    works : names
        Of logistic, mlp, mlp-momentum, mlp-adam, rules (those two), lenet, lenet-eval, da, rbm,
        dbn, hmc, unsupervised (those four), lstm, gru, chars, elman, rnnrbm, recurrent (those
        five), unet, conv (all six shapes) or one of them.
    peers : names
        Only those whose names begin so, such as torch or "JAX"; dltut always takes part.
    repeats : int
        How often each is measured; the tables show medians.
    threads : int
        For everyone.
    interpreter : name=path
        Pythons of peers that need their own: theano=/path/python pytensor-ml=/path/python.
    device : cpu or cuda
        On an NVIDIA GPU dltut in JAX mode races torch and JAX, all in true single precision.
    isa : avx2 or avx512
        Hold everyone to these vector instructions; by default to what the processor has.
    out : folder
        For speed.json, the tables and the picture.
    cold : bool
        Launch the peers with an empty cache as well, and then again with a full one.
    quick : bool
        Two repeats and no cold launches, to see that everything works.
    keep : bool
        Keep the works of the last race in `out` that are not in this one.
    """
    chosen = chosen_works(works)
    interpreters = named_interpreters(interpreter)
    entries = [each for each in ENTRIES if is_chosen(each, peers)]
    entries = [each for each in entries if each.runs_on(device)]
    os.environ |= (variables_of(isa) if isa else {}) | on_device(device)
    prepare(threads)
    facts = machine(threads) | {"isa": isa, "device": device}
    facts["product"] = floor.measured(threads) if device == "cpu" else None
    results = {"machine": facts, "works": kept_works(out) if keep else {}}
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            race = Race(WORKS[name], entries, threads, interpreters, Path(folder), device)
            results["works"][name] = {"title": WORKS[name].title, "entries": race.results}
            if facts["product"]:
                least = floor.seconds(WORKS[name].settings, facts["product"])
                results["works"][name]["floor"] = least
            try:
                race.run(2 if quick else repeats, cold and not quick and name in LAUNCHED, say)
            finally:
                write(out, results)
            print(table.text(results["works"][name]), flush=True)
    print(table.text_of_ratios(results))
    if table.differing(results):
        raise InputError(f"not the same computation: {', '.join(table.differing(results))}")


def kept_works(out: Path) -> dict:
    """What the last race measured."""
    path = out / "speed.json"
    if not path.exists():
        raise InputError(f"there is no {path}, so nothing to keep: race without --keep first")
    return json.loads(path.read_text(encoding="utf-8"))["works"]


def write(out: Path, results: dict) -> None:
    """The raw numbers, a table of each work that has any, the ratios, the picture."""
    measured = {
        name: work
        for name, work in results["works"].items()
        if any("seconds" in row for row in work["entries"].values())
    }
    results = results | {"works": measured}
    with atomic(out / "speed.json", "w") as file:
        json.dump(results, file, indent=1)
    table.write(out, results)
    if measured:
        picture.write(out / "speed.png", results)


def chosen_works(names) -> list[str]:
    """The works meant, groups taken apart."""
    known = [*WORKS, *GROUPS]
    for name in names:
        if name not in known:
            raise InputError(f"there is no work {name!r}: {nearest(name, known)}")
    return [each for name in names for each in GROUPS.get(name, (name,))]


def is_chosen(entry, peers) -> bool:
    """Whether an entry was asked for; ours always is."""
    return (
        not peers
        or entry.way == "ours"
        or entry.name.lower().startswith(tuple(name.lower() for name in peers))
    )


def named_interpreters(pairs) -> dict[str, str]:
    """{peer: Python} of ``name=path`` entries."""
    known = sorted({entry.interpreter for entry in ENTRIES if entry.interpreter})
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not equals or not path:
            raise InputError(f"interpreter {pair!r}: expected name=path of a Python")
        if name not in known:
            raise InputError(f"no peer {name!r} needs an interpreter: {nearest(name, known)}")
    return dict(pair.split("=", 1) for pair in pairs)


def on_device(device: str) -> dict[str, str]:
    """Variables that give everyone's JAX the device, and no one the memory of the others."""
    if device not in ("cpu", "cuda"):
        raise InputError(f"there is no device {device!r}: {nearest(device, ('cpu', 'cuda'))}")
    chosen = {"JAX_PLATFORMS": device, "KERAS_TORCH_DEVICE": device}
    precise = {"JAX_DEFAULT_MATMUL_PRECISION": "float32", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    return chosen if device == "cpu" else chosen | precise


def prepare(threads: int) -> None:
    """Give everyone as many processors as threads, where the system can: JAX knows no number.

    Being told to end is like Ctrl-C: the peers' processes end and what was measured is kept.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def machine(threads: int) -> dict:
    """What the numbers were measured on."""
    return {
        "processor": processor(),
        "threads": threads,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: found(name) for name in PACKAGES},
    }


def found(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor() -> str:
    """The processor's name and how many there are."""
    name = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = facts.read_text(encoding="utf-8").splitlines()
        name = next(
            (x.partition(":")[2].strip() for x in lines if x.startswith("model name")), name
        )
    return f"{name}, {os.cpu_count()} processors"


if __name__ == "__main__":
    run(main)
