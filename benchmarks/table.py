"""Tables of a race: plain text for the terminal, CSV, and RST for the pages."""

import csv
import io
from math import floor, inf, log10
from pathlib import Path
from statistics import geometric_mean, median

from dltut.machine.files import atomic

HEADER = ("who", "ms", "least", "most", "x dltut", "cold s", "warm s", "MB")
FLOOR = "floor: the products alone"
OURS, OURS_JAX = "dltut", "dltut, JAX mode"
TORCHES = ("torch", "torch, channels last")

# (what, work, ours, whom against, must, aim)
RATIOS = (
    ("LeNet, training step / best peer", "lenet", OURS, "all", 0.60, 0.50),
    ("MLP, training step / best step peer", "mlp", OURS, "step", 0.50, 0.40),
    ("MLP, training step / best loop peer", "mlp", OURS, "loop", 0.60, 0.55),
    ("MLP with Adam / best step peer", "mlp-adam", OURS, "step", 0.60, 0.45),
    ("MLP with Adam / best loop peer", "mlp-adam", OURS, "loop", None, None),
    ("MLP with momentum / best step peer", "mlp-momentum", OURS, "step", 0.60, 0.45),
    ("MLP with momentum / best loop peer", "mlp-momentum", OURS, "loop", None, None),
    ("logistic regression / best step peer", "logistic", OURS, "step", 0.42, 0.30),
    ("logistic regression / best loop peer", "logistic", OURS, "loop", 0.55, 0.45),
    ("LeNet, evaluation / best peer", "lenet-eval", OURS, "all", 0.55, 0.50),
    ("dA, training step / best step peer", "da", OURS, "step", 0.47, 0.45),
    ("dA, training step / best loop peer", "da", OURS, "loop", 0.55, 0.50),
    ("RBM, PCD-15 step / best peer", "rbm", OURS, "all", 0.58, 0.50),
    ("DBN, CD-1 step / best peer", "dbn", OURS, "all", 0.59, 0.50),
    ("HMC, a draw / best loop peer", "hmc", OURS, "loop", 0.80, 0.50),
    ("LSTM sentiment step / best peer", "lstm", OURS, "all", 0.70, 0.50),
    ("GRU sentiment step / best peer", "gru", OURS, "all", 0.70, 0.50),
    ("LSTM of characters / best peer", "chars", OURS, "all", 0.80, None),
    ("Elman tagger / best step peer", "elman", OURS, "step", 0.80, None),
    ("Elman tagger / best loop peer", "elman", OURS, "loop", None, 1.00),
    ("RNN-RBM, CD-15 step / best step peer", "rnnrbm", OURS, "step", 0.70, None),
    ("RNN-RBM, CD-15 step / best peer", "rnnrbm", OURS, "all", None, 0.70),
    ("U-Net, training step / best peer", "unet", OURS, "all", 1.00, 0.80),
    ("MLP, JAX mode / hand-written JAX", "mlp", OURS_JAX, "JAX", 1.15, 1.00),
    ("MLP with Adam, JAX mode / hand-written JAX", "mlp-adam", OURS_JAX, "JAX", 1.15, 1.00),
    ("MLP with momentum, JAX mode / hand-written JAX", "mlp-momentum", OURS_JAX, "JAX", 1.15, 1.00),
    ("MLP with Adam, JAX mode / JAX's loop", "mlp-adam", OURS_JAX, "loop", None, 1.00),
    ("LeNet, JAX mode / hand-written JAX", "lenet", OURS_JAX, "JAX", 1.15, 1.00),
    ("LeNet evaluation, JAX mode / hand-written JAX", "lenet-eval", OURS_JAX, "JAX", 1.15, 1.00),
    ("RBM, JAX mode / hand-written JAX", "rbm", OURS_JAX, "JAX", 1.15, 1.00),
)
ON_CUDA = tuple(
    (f"{work}, JAX mode / {whom}", work, OURS_JAX, kind, must, 1.00)
    for work in ("logistic", "mlp", "lenet", "lenet-eval", "da", "rbm", "dbn", "lstm", "chars")
    for whom, kind, must in (("hand-written JAX", "JAX", 1.15), ("best step peer", "step", None))
)
# (work, whom against): must, aim, where everyone is held to AVX2.
OF_AVX2 = {
    ("lenet", "all"): (0.75, 0.50),
    ("lenet-eval", "all"): (0.80, 0.50),
    ("mlp", "step"): (0.60, 0.40),
    ("mlp", "loop"): (0.80, 0.55),
    ("mlp-adam", "step"): (0.70, 0.45),
    ("mlp-momentum", "step"): (0.70, 0.45),
    ("logistic", "step"): (0.45, 0.30),
    ("logistic", "loop"): (0.60, 0.45),
    ("da", "step"): (0.60, 0.45),
    ("da", "loop"): (0.75, 0.50),
    ("rbm", "all"): (0.75, 0.50),
    ("dbn", "all"): (0.75, 0.50),
    ("hmc", "loop"): (0.80, 0.50),
    ("conv", "all"): (0.80, 0.70),
}


def times(row: dict) -> float:
    """The median of a row's seconds; infinite where nothing was measured."""
    return median(row["seconds"]) if row.get("seconds") and "missing" not in row else inf


def rows(work: dict) -> list[list[str]]:
    """The cells of a work's table: ours, the others by time, what is missing, the floor."""
    entries = work["entries"]
    order = sorted(entries, key=lambda name: (entries[name]["way"] != "ours", times(entries[name])))
    unit = times(entries.get(OURS) or entries.get(OURS_JAX, {}))
    lines = [cells(name, entries[name], unit) for name in order]
    return lines + ([floor_line(work["floor"], unit)] if work.get("floor") else [])


def floor_line(seconds: float, unit: float) -> list[str]:
    """What nobody can do without: the products, at the speed of the machine's best."""
    return [FLOOR, shown(1000 * seconds), "", "", shown(seconds / unit), *[""] * 3]


def cells(name: str, row: dict, unit: float) -> list[str]:
    """One line: milliseconds a step, seconds to the first step, megabytes."""
    if "missing" in row:
        return [name, f"missing: {row['missing']}", *[""] * (len(HEADER) - 2)]
    if not row.get("seconds"):
        return [name, "not reached", *[""] * (len(HEADER) - 2)]
    spread = (median(row["seconds"]), min(row["seconds"]), max(row["seconds"]))
    numbers = [*(1000 * seconds for seconds in spread), spread[0] / unit]
    others = [row.get("cold"), row.get("warm"), row["peak"] / 1e6 if "peak" in row else None]
    return [name, *map(shown, numbers), *map(shown, others)]


def shown(value: float | None) -> str:
    """Three digits, no exponent."""
    if value is None or value in (0.0, inf):
        return ""
    digits = max(0, 2 - floor(log10(value)))
    return f"{value:.{digits}f}"


def ratios(results: dict) -> list[list[str]]:
    """What must be shown: ours over the best of those it is compared with."""
    machine = results.get("machine", {})
    wanted = OF_AVX2 if machine.get("isa") == "avx2" else {}
    rows = ON_CUDA if machine.get("device") == "cuda" else RATIOS
    found = [
        (what, ratio(results["works"].get(work), ours, whom), *wanted.get((work, whom), usual))
        for what, work, ours, whom, *usual in rows
    ]
    six = "six convolutions / better layout of torch"
    found.append((six, convolutions(results), *wanted.get(("conv", "all"), (0.8, 0.7))))
    return [
        [what, f"{value:.2f}", best, *(f"{x:.2f}" if x else "" for x in (must, aim))]
        for what, (value, best), must, aim in found
        if value is not None
    ]


def ratio(work: dict | None, ours: str, whom: str) -> tuple[float | None, str]:
    """Ours over the fastest peer of a kind, and who that is."""
    entries = (work or {"entries": {}})["entries"]
    peers = {
        name: times(row)
        for name, row in entries.items()
        if row["way"] != "ours" and (whom in ("all", row["way"], name))
    }
    best = min(peers, key=peers.get, default=None)
    unit = times(entries.get(ours, {}))
    if best is None or inf in (unit, peers[best]):
        return None, ""
    return unit / peers[best], best


def convolutions(results: dict) -> tuple[float | None, str]:
    """Geometric mean over the shapes of ours / the better of torch's two layouts."""
    found = []
    for name, work in results["works"].items():
        if name.startswith("conv-"):
            peers = min(times(work["entries"].get(peer, {})) for peer in TORCHES)
            found.append(times(work["entries"].get(OURS, {})) / peers)
    complete = found and all(0 < each < inf for each in found)
    return (geometric_mean(found), f"torch, {len(found)} shapes") if complete else (None, "")


def differing(results: dict) -> list[str]:
    """Who computed something else, and where."""
    return [
        f"{name} ({work})"
        for work, values in results["works"].items()
        for name, row in values["entries"].items()
        if row.get("differs")
    ]


def text(work: dict) -> str:
    """A work's table for the terminal."""
    largest = max((row.get("difference", 0) for row in work["entries"].values()), default=0)
    body = aligned([HEADER, *rows(work)])
    return f"\n{work['title']}\n{body}\nlargest difference between weights: {largest:.1e}"


def text_of_ratios(results: dict) -> str:
    """The ratios for the terminal."""
    return "\n" + aligned(
        [("ours / theirs", "ratio", "best peer", "must", "aim"), *ratios(results)]
    )


def aligned(lines) -> str:
    """Columns side by side; a reason that fills the rest of a line does not widen its column."""
    full = [line for line in lines if any(line[2:])]
    widths = [max(len(cell) for cell in column) for column in zip(*full, strict=True)]
    widths[0] = max(len(line[0]) for line in lines)
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 or not any(line[2:]) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def write(out: Path, results: dict) -> None:
    """A CSV and an RST file of each work, and of the ratios."""
    for name, work in results["works"].items():
        write_one(out / name, HEADER, rows(work))
    if found := ratios(results):
        write_one(out / "ratios", ("ours / theirs", "ratio", "best peer", "must", "aim"), found)


def write_one(stem: Path, header, lines) -> None:
    """The same cells as CSV and as an RST table."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *lines])
    for ending, content in ((".csv", stream.getvalue()), (".rst", rst(header, lines))):
        with atomic(stem.with_name(stem.name + ending), "w") as file:
            file.write(content)


def rst(header, lines) -> str:
    """A list-table, which needs no drawing of boxes."""
    parts = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    for line in [header, *lines]:
        marks = ["   * -", *["     -"] * (len(line) - 1)]
        parts += [f"{mark} {cell}".rstrip() for mark, cell in zip(marks, line, strict=True)]
    return "\n".join(parts) + "\n"
