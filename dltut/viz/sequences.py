"""The five ways from a sequence to a sequence, as diagrams; and gradients through the steps."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.viz.figure import BLUE, COLOURS, GREEN, INK, ORANGE, drawn, sheet
from dltut.viz.later import patches, ticker

WAYS = {  # name: (steps with an input, steps with an output, what for)
    "one to one": ([0], [0], "a picture, its class"),
    "one to many": ([0], [0, 1, 2], "a picture, its caption"),
    "many to one": ([0, 1, 2], [2], "a review, its mood"),
    "many to many, later": ([0, 1, 2], [2, 3, 4], "a sentence, its translation"),
    "many to many, at once": ([0, 1, 2], [0, 1, 2], "words, their tags"),
}
WRITTEN = {
    "one to one": "Dense, without a loop",
    "one to many": "Recurrent(), x but once",
    "many to one": "Recurrent(last=True)",
    "many to many, later": "two: one reads, one writes",
    "many to many, at once": "Recurrent()",
}
SIDE, ABOVE, LINE = 0.56, 1.7, 6.6  # of a box, from row to row, from line to line
IN_A_LINE = 3


@drawn
def dimensions_picture(
    ways: Sequence[str] | None = None, sizes: Sequence[str] = ("n_in", "n_hidden", "n_out")
) -> Image.Image:
    """What goes in and comes out of a recurrent network at each step, with the shapes.

    Parameters
    ----------
    ways : sequence of str, optional
        Which of "one to one", "one to many", "many to one", "many to many, later" and "many to
        many, at once"; default: all five.
    sizes : (str, str, str)
        What the numbers of a step are called: inputs, states, outputs.

    Raises
    ------
    InputError
        If there is no such way.
    """
    ways = list(WAYS if ways is None else ways)
    for name in ways:
        if name not in WAYS:
            raise InputError(f"there is no way {name!r}: {nearest(name, WAYS)}")
    lines = [ways[k : k + IN_A_LINE] for k in range(0, len(ways), IN_A_LINE)]
    widths = [sum(_width(name) for name in line) for line in lines]
    width, height = max(widths), LINE * len(lines)
    figure = sheet(0.85 * width, 0.85 * height, layout=None)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(LINE - height, LINE), aspect="equal")
    axes.axis("off")
    for number, line in enumerate(lines):
        start = 0.0
        for name in line:
            _way(axes, name, (start + SIDE, 1.4 - LINE * number), sizes)
            start += _width(name)
    return figure


def _n_steps(name: str) -> int:
    return max(WAYS[name][0] + WAYS[name][1]) + 1


def _width(name: str) -> float:
    """Of a diagram, with the shape that stands beside its last arrow."""
    return max(_n_steps(name) + 1.4, 2.9)


def _way(axes, name: str, place: tuple[float, float], sizes) -> None:
    """One diagram, its first input at a place; inputs below, states above, outputs on top."""
    (inputs, outputs, what), (x0, y0) = WAYS[name], place
    n_in, n_hidden, n_out = sizes
    middle, top, left = y0 + ABOVE, y0 + 2 * ABOVE, x0 - SIDE / 2
    for step in range(_n_steps(name)):
        x = x0 + step
        _box(axes, x, middle, GREEN)
        if step:
            _arrow(axes, (x - 1 + SIDE / 2, middle), (x - SIDE / 2, middle))
        if step in inputs:
            _box(axes, x, y0, ORANGE)
            _arrow(axes, (x, y0 + SIDE / 2), (x, middle - SIDE / 2))
        if step in outputs:
            _box(axes, x, top, BLUE)
            _arrow(axes, (x, middle + SIDE / 2), (x, top - SIDE / 2))
    beside = {"fontsize": 8.5, "va": "center"}
    axes.text(left, top + 1.25, name, fontsize=11, weight="bold")
    axes.text(left, top + 0.9, what, fontsize=9)
    axes.text(left, top + 0.5, _shape(len(outputs), n_out), **beside)
    axes.text(x0 + 0.1 + outputs[-1], middle + ABOVE / 2, f"(batch, {n_hidden})", **beside)
    axes.text(x0 + 0.1 + inputs[-1], y0 + ABOVE / 2, f"(batch, {n_in})", **beside)
    axes.text(left, y0 - 0.5, _shape(len(inputs), n_in), **beside)
    axes.text(left, y0 - 0.95, WRITTEN[name], style="italic", **beside)


def _shape(n_steps: int, size: str) -> str:
    return f"({n_steps}, batch, {size})" if n_steps > 1 else f"(batch, {size})"


def _box(axes, x: float, y: float, colour: str) -> None:
    corner = x - SIDE / 2, y - SIDE / 2
    box = patches.FancyBboxPatch(corner, SIDE, SIDE, boxstyle="round,pad=0,rounding_size=0.1")
    box.set(facecolor=colour, edgecolor="none", alpha=0.85)
    axes.add_patch(box)


def _arrow(axes, start, end) -> None:
    style = {"arrowstyle": "-|>", "mutation_scale": 10, "color": INK, "linewidth": 1.1}
    axes.add_patch(patches.FancyArrowPatch(start, end, shrinkA=1, shrinkB=1, **style))


@drawn
def gradient_picture(norms: Mapping[str, np.ndarray], title: str = "") -> Image.Image:
    """How much of a gradient reaches each step, on a logarithmic scale.

    Parameters
    ----------
    norms : dict
        {name: norm of the gradient of the last output by what enters at each step, (n,)}.
    title : str

    Raises
    ------
    InputError
        If there are none, or one is negative or not finite.
    """
    values = {name: np.asarray(each, "float64") for name, each in norms.items()}
    if not values or not all(
        v.ndim == 1 and v.size and np.isfinite(v).all() and (v >= 0).all() for v in values.values()
    ):
        raise InputError("norms of gradients: give {name: array of numbers, 0 or above, a step}")
    figure = sheet(8.0, 4.2)
    axes = figure.subplots()
    for colour, (name, each) in zip(COLOURS * len(values), values.items(), strict=False):
        steps = np.arange(1, len(each) + 1)
        axes.plot(steps, np.where(each > 0, each, np.nan), color=colour, label=name, linewidth=1.5)
    axes.set(yscale="log", xlabel="step at which x enters", title=title)
    axes.set_ylabel("norm of the gradient of the last output")
    axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
    axes.xaxis.set_major_locator(ticker.MaxNLocator(8, integer=True))
    axes.grid(axis="y")
    axes.legend(fontsize=9)
    return figure
