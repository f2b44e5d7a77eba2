"""How the cost of a training step grows with the sizes of a network, beside torch and JAX."""

import json
import os
import tempfile
from pathlib import Path

import picture
from entries import ENTRIES
from isa import variables_of
from race import Race
from run import machine, prepare
from works import LENET, WORKS, Work

from dltut.commands.flags import run
from dltut.exceptions import InputError, nearest
from dltut.machine.files import atomic
from dltut.machine.notices import say

RIVALS = ("dltut", "torch", "torch, channels last", "JAX")
MLP = WORKS["mlp"].settings | {"n_examples": 10_000}
SMALL_LENET = {"kind": "network", "n_examples": 1000} | LENET | {"batch_size": 100}

# name: (title, what a work is, the sizes, the settings of a size)
PANELS = {
    "batch": (
        "MLP 784-500-10: batch size",
        "mlp",
        (5, 20, 80, 320, 1280),
        lambda n: MLP | {"batch_size": n},
    ),
    "units": (
        "MLP, batch 20: hidden units",
        "mlp",
        (125, 250, 500, 1000, 2000),
        lambda n: MLP | {"n_hidden": [n]},
    ),
    "maps": (
        "LeNet, batch 100: maps of the first layer",
        "lenet",
        (4, 8, 16, 32, 64),
        lambda n: SMALL_LENET | {"maps": [n, n * 5 // 2]},
    ),
    "pixels": (
        "LeNet, batch 100: pixels of a side",
        "lenet",
        (16, 28, 40, 64, 96),
        lambda n: SMALL_LENET | {"side": n},
    ),
}


def main(
    panels: tuple[str, ...] = tuple(PANELS),
    repeats: int = 5,
    threads: int = 2,
    isa: str | None = None,
    quick: bool = False,
    keep: bool = False,
    out: Path = Path("docs/speed"),
):
    """Measure and draw how a step's cost grows with batch size, units, maps and picture size.

    Parameters
    ----------
    panels : names
        Of batch, units, maps and pixels.
    repeats : int
        How often each is measured; the lines are medians.
    threads : int
        For everyone.
    isa : avx2 or avx512
        Hold everyone to these vector instructions; by default to what the processor has.
    quick : bool
        Only the first and the last size of each panel, two repeats.
    keep : bool
        Keep the panels in `out` that are not measured now.
    out : folder
        For growth.json and growth.png.
    """
    for name in panels:
        if name not in PANELS:
            raise InputError(f"there is no panel {name!r}: {nearest(name, PANELS)}")
    os.environ |= variables_of(isa) if isa else {}
    prepare(threads)
    entries = [entry for entry in ENTRIES if entry.name in RIVALS]
    found = kept_panels(out) if keep else {}
    with tempfile.TemporaryDirectory() as folder:
        for name in panels:
            title, kind, sizes, settings = PANELS[name]
            found[title] = {}
            for size in (sizes[0], sizes[-1]) if quick else sizes:
                work = Work(kind, title, settings(size), calls_of(settings(size)), 2, 2, 1e-2)
                racing = Race(work, entries, threads, {}, Path(folder))
                for who, values in raced(racing, 2 if quick else repeats).items():
                    found[title].setdefault(who, {})[size] = values
            write(out, found, machine(threads) | {"isa": isa})


def kept_panels(out: Path) -> dict:
    """What was measured the last time, sizes as numbers."""
    path = out / "growth.json"
    if not path.exists():
        raise InputError(f"there is no {path}, so nothing to keep: measure without --keep first")
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    return {
        title: {who: {int(size): v for size, v in line.items()} for who, line in lines.items()}
        for title, lines in panels.items()
    }


def calls_of(settings: dict) -> int:
    """Steps in a round: some milliseconds of work."""
    n_batches = settings["n_examples"] // settings["batch_size"]
    return min(n_batches, 3 if "maps" in settings else 100)


def raced(racing, repeats) -> dict[str, list[float]]:
    """{name: seconds a step of each repeat} of those that could be measured."""
    racing.run(repeats, cold=False, say=say)
    for name, row in racing.results.items():
        if "missing" in row:
            say(f"{racing.work.title}: {name} is missing: {row['missing']}")
    return {name: row["seconds"] for name, row in racing.results.items() if "missing" not in row}


def write(out: Path, panels: dict, facts: dict) -> None:
    """The raw numbers and the picture, whatever came first."""
    titles = [title for title, *_ in PANELS.values() if title in panels]
    with atomic(out / "growth.json", "w") as file:
        json.dump({"machine": facts, "panels": panels}, file, indent=1)
    drawn = {title: panels[title] for title in titles if panels[title]}
    if drawn:
        picture.save_picture(out / "growth.png", picture.growth(drawn))


if __name__ == "__main__":
    run(main)
