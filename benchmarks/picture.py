"""Pictures of a race: bars of the steps, dots of the convolutions, lines of growth."""

from pathlib import Path
from statistics import median

from matplotlib.ticker import FixedLocator, LogLocator, NullLocator
from table import OURS, times

from dltut.viz.figure import BLUE, COLOURS, FAINT, INK, drawn, save_picture, sheet

CAPTION = (
    "Bars: medians, less is better; thin lines: least to most of the repeats. "
    "Palest: an epoch, or all draws, in one compiled loop. Dots: the floor of the arithmetic."
)
DRAWN = (OURS, "torch", "torch, channels last", "JAX", "Theano")  # of convolutions and growth
COLOUR_OF = dict(zip(DRAWN, COLOURS, strict=False))
PALE_BLUE, GREY, LIGHT = "#9dbfe0", "#b9bec4", "#dfe2e5"


def write(path: Path, results: dict) -> None:
    """Draw all works of a race into one file."""
    save_picture(path, race(results))


@drawn
def race(results: dict):
    """A panel of bars for each network, and one of all convolutions."""
    works = results["works"]
    convolutions = {name: work for name, work in works.items() if name.startswith("conv-")}
    panels = [work for name, work in works.items() if name not in convolutions]
    counts = [len(measured(work)) for work in panels] + [len(convolutions)] * bool(convolutions)
    heights = [max(counts[i : i + 2]) + 2.2 for i in range(0, len(counts), 2)]
    figure = sheet(11, 0.30 * sum(heights) + 0.4)
    figure.get_layout_engine().set(hspace=0.06, wspace=0.06)
    grid = figure.subplots(len(heights), 2, squeeze=False, height_ratios=heights).ravel()
    rows = (max(counts[i - i % 2 : i - i % 2 + 2]) for i in range(len(panels)))
    for axes, work, places in zip(grid, panels, rows, strict=False):
        draw_bars(axes, work, places)
    if convolutions:
        draw_convolutions(grid[len(panels)], convolutions)
    for axes in grid[len(counts) :]:
        axes.set_axis_off()
    figure.supxlabel(CAPTION, x=0.01, ha="left", fontsize=9, color=FAINT)
    return figure


def measured(work: dict) -> list[str]:
    """Who was measured, the fastest first."""
    entries = work["entries"]
    return sorted((n for n in entries if times(entries[n]) < 1e9), key=lambda n: times(entries[n]))


def colour(row: dict, name: str) -> str:
    """Ours are blue; a loop, which no training script can look into, is pale."""
    if row["way"] == "ours":
        return BLUE if name == OURS else PALE_BLUE
    return GREY if row["way"] == "step" else LIGHT


def draw_bars(axes, work: dict, places: int) -> None:
    """Medians as bars, on an axis cut where the slowest would squeeze the others."""
    names, entries = measured(work), work["entries"]
    values = [1000 * times(entries[name]) for name in names]
    end = min(values[-1], 6 * values[0]) * 1.18
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        row = entries[name]
        axes.barh(place, min(value, end), 0.72, color=colour(row, name))
        low, high = (1000 * each(row["seconds"]) for each in (min, max))
        if high < end:
            axes.plot([low, high], [place] * 2, color=INK, linewidth=1, alpha=0.55)
        beyond = value > end
        axes.text(
            end * 0.985 if beyond else max(value, high if high < end else value) + end * 0.012,
            place,
            f"{number(value)} →" if beyond else number(value),
            ha="right" if beyond else "left",
            va="center",
            fontsize=9,
            fontweight="bold" if row["way"] == "ours" else "normal",
            color="white" if beyond and name == OURS else INK,
        )
    if work.get("floor"):
        axes.axvline(1000 * work["floor"], color=INK, linewidth=0.8, linestyle=":")
    finish_bars(axes, names, end, places, work["title"])


def finish_bars(axes, names, end, places, title) -> None:
    """Names beside the bars, ours in bold, no lines that say nothing."""
    axes.set_title(f"{title}: ms")
    axes.set_xlim(0, end)
    axes.set_ylim(places - 0.4, -0.6)  # bars of one thickness in a row of panels
    axes.set_yticks(range(len(names)), names, fontsize=9)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text().startswith(OURS) else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)


def number(milliseconds: float) -> str:
    """Two or three digits."""
    if milliseconds < 0.1:
        return f"{milliseconds:.2g}"
    digits = 2 if milliseconds < 10 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:.{digits}f}"


def draw_convolutions(axes, works: dict) -> None:
    """For each shape, everyone's time over ours."""
    names = list(dict.fromkeys(name for work in works.values() for name in measured(work)))
    for name in sorted(names, key=lambda name: name == OURS):
        points = [
            (times(work["entries"][name]) / times(work["entries"][OURS]), place)
            for place, work in enumerate(works.values())
            if name in measured(work) and OURS in measured(work)
        ]
        look = {"color": COLOUR_OF.get(name, GREY), "s": 46 if name == OURS else 34}
        axes.scatter(*zip(*points, strict=True), label=name, zorder=3, **look)
    axes.axvline(1, color=BLUE, linewidth=1)
    axes.set_xscale("log")
    axes.set_title("convolution and gradients: time / dltut's")
    titles = [work["title"] for work in works.values()]
    axes.set_yticks(range(len(titles)), titles, fontsize=9)
    axes.set_ylim(len(titles) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4, 8, 16, 32]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.legend(fontsize=8.5, loc="upper center", bbox_to_anchor=(0.4, -0.12), ncols=3)


@drawn
def growth(panels: dict):
    """Four panels: the step's time against one size, ours beside the others, both axes in octaves.

    `panels` is {title: {name: {size: [seconds, ...]}}}.
    """
    figure = sheet(10.4, 7.2)
    figure.get_layout_engine().set(hspace=0.06, wspace=0.05)
    for axes, (title, lines) in zip(figure.subplots(2, 2).ravel(), panels.items(), strict=False):
        for name, points in lines.items():
            sizes = sorted(points)
            values = [1000 * median(points[size]) for size in sizes]
            width = 2.4 if name == OURS else 1.4
            axes.plot(sizes, values, "o-", label=name, lw=width, ms=4, color=COLOUR_OF[name])
        finish_growth(axes, title, sorted({size for line in lines.values() for size in line}))
    for axes in figure.axes[len(panels) :]:
        axes.set_axis_off()
    handles = {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}
    figure.legend(handles=handles.values(), loc="outside upper left", ncols=5, fontsize=9.5)
    return figure


def finish_growth(axes, title, sizes) -> None:
    """Plain numbers at the sizes measured, and at 1, 2, 5, 10 ... milliseconds."""
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter("{x:g}")
    axes.set_title(title)
    axes.set_ylabel("ms a step", color=FAINT)
    axes.grid(axis="both")
