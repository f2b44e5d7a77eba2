"""Curves as text: lines of small dots, eight to a letter, for terminals of any width."""

import itertools
import math
import re
from collections.abc import Sequence

import numpy as np

from dltut.exceptions import printable
from dltut.machine.channels import is_rate, measure_of, printed, words
from dltut.machine.stopwatch import duration
from dltut.viz.curves import best_place, points_of, thinned
from dltut.viz.standing import Standing, main_and_other_panels

COLOURS = (36, 33, 32, 35, 31, 34)  # of the terminal's own sixteen, so that its theme decides
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a braille letter
BLANK = 0x2800
MARKS = "*o+x#%"  # where there are no braille letters
LABEL = 8  # letters of a number beside an axis
LEAST, MOST = 4, 16  # lines of a curve
WIDE = 100  # letters of a terminal on which two curves stand side by side
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def terminal_view(
    standings: Sequence[Standing],
    width: int = 80,
    height: int = 24,
    channels: Sequence[str] | None = None,
    x: str = "epoch",
    colour: bool = False,
    plain: bool = False,
) -> list[str]:
    """How runs stand, and their curves, as lines of text.

    Parameters
    ----------
    standings : list of Standing
    width, height : int
        Of the terminal, in letters.
    channels : sequence of str, optional
        What to draw; default: costs and rates.
    x : str
        The horizontal axis, as for `learning_curves`.
    colour : bool
        Whether the terminal has colours.
    plain : bool
        Draw with ASCII alone.

    Returns
    -------
    list of str
        At most `height` lines, none wider than `width`.

    Raises
    ------
    InputError
        If a channel is unknown, or a row has no place on the axis.
    """
    pen = _Pen(colour, plain)
    lines = [line for i, each in enumerate(standings) for line in _heading(each, i, width, pen)]
    if any(each.n_rows for each in standings):
        main, others = main_and_other_panels(standings, channels)
        lines += _grid(standings, main, others, width, height - len(lines), x, pen)
    return [pen.cut(line, width) for line in lines[:height]]


class _Pen:
    """What the terminal can show."""

    def __init__(self, colour: bool, plain: bool):
        self.colour, self.plain = colour, plain

    def __call__(self, text: str, *codes: int) -> str:
        marks = ";".join(str(code) for code in codes if code)
        return f"\x1b[{marks}m{text}\x1b[0m" if self.colour and marks and text else text

    def sign(self, unicode: str, ascii: str) -> str:
        return ascii if self.plain else unicode

    def cut(self, line: str, width: int) -> str:
        """As much of a line as fits, its colours kept."""
        if length(line) <= width:
            return line
        kept, n = [], 0
        for part in re.split(f"({ESCAPES.pattern})", line):
            is_colour = ESCAPES.fullmatch(part)
            kept.append(part if is_colour else part[: max(0, width - n)])
            n += 0 if is_colour else len(part)
        return "".join(kept)


def length(line: str) -> int:
    r"""How many letters of a line are seen.

    Examples
    --------
    >>> length("\x1b[36mcost\x1b[0m")
    4
    """
    return len(ESCAPES.sub("", line))


def _heading(standing, number, width, pen):
    """A few lines about a run: its bar, its times, its best."""
    dot = pen(pen.sign("●" if standing.is_training else "○", "*"), COLOURS[number % 6])
    name = pen(printable(standing.name, max(8, width // 3)), 1)
    if not standing.n_rows:
        yield f"{dot} {name}  {standing.state}"
        return
    of = f" of {standing.max_epochs:,}" if standing.max_epochs else ""
    told = f"{dot} {name}  epoch {standing.epoch:,}{of}"
    share = standing.progress
    room = width - length(told) - 12
    if share is not None and room >= 8:
        told += f"  {_bar(share, min(room, 40), COLOURS[number % 6], pen)} {100 * share:3.0f} %"
    yield told
    times = [duration(standing.seconds)] if standing.seconds is not None else []
    facts = [*times, standing.speed, standing.left]
    facts = facts if standing.is_training else [*facts[:2], standing.state]
    yield pen(f"  {', '.join(filter(None, facts))}", 2)
    if standing.best:
        yield f"  best: {standing.best}"


def _bar(share, width, colour, pen):
    done = round(share * width)
    full, empty = pen.sign("━", "="), pen.sign("─", "-")
    return pen(full * done, colour) + pen(empty * (width - done), 2)


def _grid(standings, main, others, width, height, x, pen):
    """As many panels as fit, side by side where there is room."""
    across = 2 if width >= WIDE and len(main) > 1 else 1
    fits = max(1, (height - 1) // (LEAST + 4))  # rows of panels
    panels, hidden = main[: fits * across], main[fits * across :] + others
    down = math.ceil(len(panels) / across)
    tall = min(MOST, max(LEAST, (height - bool(hidden)) // down - 4))
    inner = (width - 2 * (across - 1)) // across
    blocks = [_panel(standings, names, inner, tall, x, pen) for names in panels]
    for i in range(0, len(blocks), across):
        yield ""
        beside = blocks[i : i + across]
        for parts in zip(*beside, strict=True):
            padded = [part + " " * (inner - length(part)) for part in parts[:-1]]
            yield "  ".join([*padded, parts[-1]]).rstrip()
    if hidden:
        names = ", ".join(measure_of(each[0]) for each in hidden)
        yield pen(f"not drawn: {names}", 2)


def _panel(standings, names, width, height, x, pen):
    """A title with the last values, a curve for each run and channel, and both axes."""
    curves = list(_curves(standings, names, x))
    title = words(names[0]) if len(names) == 1 else words(measure_of(names[0]))
    unit = " (%)" if is_rate(names[0]) else ""
    several_runs = len({each.run for each in curves}) > 1
    legend, short = [], []
    for i, each in enumerate(curves):
        mark = MARKS[i % len(MARKS)] if pen.plain else "━━"
        label = each.run if several_runs else words(each.channel) * (len(names) > 1)
        if each.solid:
            short.append(" ".join(filter(None, (pen(mark, each.colour), label))))
            legend.append(f"{short[-1]} {each.last}")
    if several_runs and len(names) > 1 and not pen.plain:
        dashed = pen(f"╍╍ {', '.join(name.partition('_')[0] for name in names[1:])}", 2)
        legend.append(dashed), short.append(dashed)
    whole, without = ("  ".join([pen(title + unit, 1), *each]) for each in (legend, short))
    heading = whole if length(whole) <= width else without
    return [pen.cut(heading, width), *_chart(curves, width, height, x, pen)]


class _Curve:
    """The points of one channel of one run, and how they look."""

    def __init__(self, standing, channel, x, colour, solid):
        self.run, self.channel = standing.name, channel
        self.colour, self.solid = colour, solid
        self.points = points = points_of(standing.name, standing.columns, channel, x)
        best = best_place(standing.columns) if channel == standing.watched else None
        self.best = points[:, :0]
        if best is not None:
            there = {name: each[best : best + 1] for name, each in standing.columns.items()}
            self.best = points_of(standing.name, there, channel, x)
        last = standing.last.get(channel)
        self.last = "" if last is None else printed(channel, last)


def _curves(standings, names, x):
    n_runs = sum(each.n_rows > 0 for each in standings)
    for i, standing in enumerate(standings):
        for j, name in enumerate(names):
            if name in standing.columns:
                number = j if n_runs == 1 else i
                solid = n_runs == 1 or j == 0
                yield _Curve(standing, name, x, COLOURS[number % 6], solid)


def _chart(curves, width, height, x, pen):
    """Lines of dots with axes; a chart without a finite value stays empty."""
    inner = max(4, width - LABEL - 2)
    every = np.concatenate([each.points for each in curves], axis=1)
    box = (*_ends(every[0]), *_ends(every[1]))
    lines = _drawn(curves, box, (height, inner), pen)
    left, right = (f"{end:,.6g}" * bool(every.size) for end in box[:2])
    bar, tick, corner, floor = (pen.sign(*signs) for signs in ("│|", "┤+", "└+", "─-"))
    levels = {0: box[3], height - 1: box[2]}
    middle = (height - 1) // 2
    levels[middle] = box[3] - (4 * middle + 1.5) / (4 * height - 1) * (box[3] - box[2])
    for i, line in enumerate(lines):
        label = f"{levels[i]:.3g}" if i in levels and every.size else ""
        yield f"{label[:LABEL]:>{LABEL}}{tick if label else bar}{line}"
    yield f"{'':{LABEL}}{corner}{floor * inner}"
    middle = pen(f"{x:^{max(0, inner - len(left) - len(right))}}", 2)
    yield f"{'':{LABEL + 1}}{left}{middle}{right}"


def _drawn(curves, box, size, pen):
    """The letters of the curves, the first in front, with a mark at the best row of each run."""
    height, inner = size
    cells, colours = np.zeros(size, int), np.zeros(size, int)
    letters = np.full(size, " ")
    for i, each in reversed([*enumerate(curves)]):
        rows, columns = _raster(each.points, box, (4 * height, 2 * inner))
        if not each.solid:
            rows, columns = (dots[columns % 6 < 3] for dots in (rows, columns))
        there = rows // 4, columns // 2
        np.bitwise_or.at(cells, there, DOTS[rows % 4, columns % 2])
        colours[there] = each.colour
        letters[there] = MARKS[i % len(MARKS)]
    if not pen.plain:
        letters = np.where(cells, np.vectorize(chr)(BLANK + cells), " ")
    for each in curves:
        rows, columns = _raster(each.best, box, (4 * height, 2 * inner))
        letters[rows // 4, columns // 2] = pen.sign("●", "@")
        colours[rows // 4, columns // 2] = each.colour
    for row, shades in zip(letters, colours, strict=True):
        edges = [0, *(np.flatnonzero(np.diff(shades)) + 1), inner]
        yield "".join(pen("".join(row[a:b]), shades[a]) for a, b in itertools.pairwise(edges))


def _ends(values):
    """The least and the greatest, apart."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)


def _raster(points, box, size):
    """The dots of a line through points, as rows and columns."""
    left, right, bottom, top = box
    places, values = thinned(points, 4 * size[1])
    columns = (places - left) / (right - left) * (size[1] - 1)
    rows = (top - values) / (top - bottom) * (size[0] - 1)
    if len(columns) > 1:
        steps = np.ceil(np.maximum(abs(np.diff(columns)), abs(np.diff(rows)))).astype(int) + 1
        starts = np.concatenate([[0], np.cumsum(steps)])
        along = np.interp(np.arange(starts[-1] + 1), starts, np.arange(len(columns)))
        columns, rows = (np.interp(along, np.arange(len(each)), each) for each in (columns, rows))
    return np.rint(rows).astype(int), np.rint(columns).astype(int)
