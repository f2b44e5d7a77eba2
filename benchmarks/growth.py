"""How the cost of a training step grows with the sizes of a network, beside torch and JAX."""

import json
import tempfile
from pathlib import Path

import picture
from entries import ENTRIES
from race import Race
from run import machine, prepare
from works import LENET, WORKS, Work

from dltut.commands.flags import run
from dltut.machine.files import atomic
from dltut.machine.notices import say

RIVALS = ("dltut", "torch", "torch, channels last", "JAX")
MLP = WORKS["mlp"].settings | {"n_examples": 10_000}
SMALL_LENET = {"kind": "network", "n_examples": 1000} | LENET | {"batch_size": 100}

# title: (what a work is, the sizes, the settings of a size)
PANELS = {
    "MLP 784-500-10: batch size": (
        "mlp",
        (5, 20, 80, 320, 1280),
        lambda n: MLP | {"batch_size": n},
    ),
    "MLP, batch 20: hidden units": (
        "mlp",
        (125, 250, 500, 1000, 2000),
        lambda n: MLP | {"n_hidden": [n]},
    ),
    "LeNet, batch 100: maps of the first layer": (
        "lenet",
        (4, 8, 16, 32, 64),
        lambda n: SMALL_LENET | {"maps": [n, n * 5 // 2]},
    ),
    "LeNet, batch 100: pixels of a side": (
        "lenet",
        (16, 28, 40, 64, 96),
        lambda n: SMALL_LENET | {"side": n},
    ),
}


def main(
    repeats: int = 5,
    threads: int = 2,
    quick: bool = False,
    out: Path = Path("docs/speed"),
):
    """Measure and draw how a step's cost grows with batch size, units, maps and picture size.

    Parameters
    ----------
    repeats : int
        How often each is measured; the lines are medians.
    threads : int
        For everyone.
    quick : bool
        Only the first and the last size of each panel, two repeats.
    out : folder
        For growth.json and growth.png.
    """
    prepare(threads)
    entries = [entry for entry in ENTRIES if entry.name in RIVALS]
    panels = {title: {} for title in PANELS}
    with tempfile.TemporaryDirectory() as folder:
        for title, (kind, sizes, settings) in PANELS.items():
            for size in (sizes[0], sizes[-1]) if quick else sizes:
                work = Work(kind, title, settings(size), calls_of(settings(size)), 2, 2, 1e-2)
                racing = Race(work, entries, threads, {}, Path(folder))
                for name, values in raced(racing, 2 if quick else repeats).items():
                    panels[title].setdefault(name, {})[size] = values
            write(out, panels, threads)


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


def write(out: Path, panels: dict, threads: int) -> None:
    """The raw numbers and the picture."""
    with atomic(out / "growth.json", "w") as file:
        json.dump({"machine": machine(threads), "panels": panels}, file, indent=1)
    drawn = {title: lines for title, lines in panels.items() if lines}
    if drawn:
        picture.save_picture(out / "growth.png", picture.growth(drawn))


if __name__ == "__main__":
    run(main)
