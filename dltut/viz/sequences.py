"""The five ways from a sequence to a sequence, as diagrams; and gradients through the steps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.ticker import MaxNLocator
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.viz.figure import BLUE, COLOURS, GREEN, INK, ORANGE, drawn, sheet

WAYS = {  # name: (steps with an input, steps with an output, what for)
    "one to one": ([0], [0], "a picture, its class"),
    "one to many": ([0], [0, 1, 2], "a picture, its caption"),
    "many to one": ([0, 1, 2], [2], "a review, its mood"),
    "many to many, later": ([0, 1, 2], [2, 3, 4], "a sentence, its translation"),
    "many to many, at once": ([0, 1, 2], [0, 1, 2], "words, their tags"),
}
SIDE, ABOVE = 0.56, 1.7  # of a box, from row to row


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
    n_steps = [max(WAYS[name][0] + WAYS[name][1]) + 1 for name in ways]
    starts = np.cumsum([0, *(max(n, 2.1) + 1.1 for n in n_steps)])
    figure = sheet(1.12 * starts[-1], 5.6, layout=None)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set(xlim=(-0.9, starts[-1] - 1.2), ylim=(-1.5, 2 * ABOVE + 1.5), aspect="equal")
    axes.axis("off")
    for name, start, steps in zip(ways, starts, n_steps, strict=False):
        _way(axes, name, start, steps, sizes)
    return figure


def _way(axes, name: str, start: float, n_steps: int, sizes) -> None:
    """One diagram: inputs below, states in the middle, outputs above."""
    inputs, outputs, what = WAYS[name]
    n_in, n_hidden, n_out = sizes
    axes.text(start - 0.4, 2 * ABOVE + 1.25, name, fontsize=11, weight="bold")
    axes.text(start - 0.4, 2 * ABOVE + 0.9, what, fontsize=9)
    for step in range(n_steps):
        x = start + step
        _box(axes, x, ABOVE, GREEN)
        if step:
            _arrow(axes, (x - 1 + SIDE / 2, ABOVE), (x - SIDE / 2, ABOVE))
        if step in inputs:
            _box(axes, x, 0, ORANGE)
            _arrow(axes, (x, SIDE / 2), (x, ABOVE - SIDE / 2))
        if step in outputs:
            _box(axes, x, 2 * ABOVE, BLUE)
            _arrow(axes, (x, ABOVE + SIDE / 2), (x, 2 * ABOVE - SIDE / 2))
    place = start - 0.4
    style = {"fontsize": 8.5, "color": INK, "va": "center"}
    axes.text(place, 2 * ABOVE + 0.5, _shape(len(outputs), n_out), **style)
    between = {"fontsize": 8.5, "color": INK, "va": "center", "ha": "left"}
    axes.text(start + 0.1 + inputs[-1], ABOVE / 2, f"(batch, {n_in})", **between)
    axes.text(start + 0.1 + outputs[-1], 1.5 * ABOVE, f"(batch, {n_hidden})", **between)
    axes.text(place, -0.5, _shape(len(inputs), n_in), **style)
    taken = _returned(len(inputs), len(outputs), n_steps)
    axes.text(place, -0.95, taken, fontsize=8.5, color=INK, va="center", style="italic")


def _shape(n_steps: int, size: str) -> str:
    return f"({n_steps}, batch, {size})" if n_steps > 1 else f"(batch, {size})"


def _returned(n_inputs: int, n_outputs: int, n_steps: int) -> str:
    """How it is written with the layers."""
    if n_steps == 1:
        return "Dense: no recurrence"
    if n_inputs == 1:
        return "x at step 1, then none"
    if n_outputs == 1:
        return "Recurrent(last=True)"
    return "Recurrent()" if n_inputs == n_steps else "two: a reader, a writer"


def _box(axes, x: float, y: float, colour: str) -> None:
    corner = x - SIDE / 2, y - SIDE / 2
    box = FancyBboxPatch(corner, SIDE, SIDE, boxstyle="round,pad=0,rounding_size=0.1")
    box.set(facecolor=colour, edgecolor="none", alpha=0.85)
    axes.add_patch(box)


def _arrow(axes, start, end) -> None:
    style = {"arrowstyle": "-|>", "mutation_scale": 10, "color": INK, "linewidth": 1.1}
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=1, shrinkB=1, **style))


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
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.grid(axis="y")
    axes.legend(fontsize=9)
    return figure
