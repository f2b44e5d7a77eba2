"""A page for a browser in one file: how runs stand, and their curves as vector graphics."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from dltut.machine.channels import is_rate, measure_of, printed, words
from dltut.machine.stopwatch import duration
from dltut.viz.curves import best_place, points_of, thinned
from dltut.viz.figure import COLOURS
from dltut.viz.standing import Standing, main_and_other_panels

BRIGHT = "#6cabee #f2a065 #6fc998 #d98fca #e8807f #a99cf0 #6dcad8 #cdae74".split()  # on dark paper
WIDTH, HEIGHT = 560, 270  # of a drawing
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 12, 34  # its margins
FEW = 500  # points of a line
AXES = {"epoch": "epochs", "batch": "batches", "second": "seconds"}
STYLE = """
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #ffffff; --ink: #22262c;
  --faint: #6d7580; --rule: #e3e6ea; --shade: 0 1px 2px #1b24330f, 0 4px 14px #1b24330d; LIGHT }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --card: #1d2127; --ink: #e4e7eb;
  --faint: #98a1ad; --rule: #30363f; --shade: none; DARK } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 28px 24px 40px; max-width: 1240px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
header { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: baseline; margin: 0 0 18px; }
h1 { font-size: 22px; font-weight: 650; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 15px; font-weight: 600; margin: 0; }
.faint { color: var(--faint); }
.axes { margin-left: auto; display: flex; border: 1px solid var(--rule); border-radius: 8px;
  overflow: hidden; background: var(--card); }
.axes button { border: 0; padding: 4px 13px; background: none; color: var(--faint); font: inherit;
  font-size: 13px; cursor: pointer; }
.axes button[aria-pressed="true"] { color: var(--ink); background: var(--rule); font-weight: 600; }
.cards, .charts { display: grid; gap: 16px; margin-bottom: 16px; }
.cards { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
.card, .chart, details, .numbers { background: var(--card); border-radius: 12px;
  box-shadow: var(--shade); padding: 16px 18px; border: 1px solid var(--rule); }
.card h2 { display: flex; flex-wrap: wrap; align-items: center; gap: 3px 9px; }
.name { max-width: calc(100% - 20px); overflow-wrap: anywhere; }
.dot { flex: none; width: 11px; height: 11px; border-radius: 50%; background: var(--c); }
.state { margin-left: auto; font-size: 12px; font-weight: 500; padding: 1px 9px; text-align: right;
  border-radius: 10px; color: var(--faint); background: var(--paper); }
.state.on { color: #1d7a46; background: #dcf3e5; }
@media (prefers-color-scheme: dark) { .state.on { color: #7ddaa4; background: #1b3a2a; } }
.state.on::before { content: ""; display: inline-block; width: 7px; height: 7px; margin-right: 6px;
  border-radius: 50%; background: currentColor; animation: beat 1.6s ease-in-out infinite; }
@keyframes beat { 50% { opacity: 0.25; } }
@media (prefers-reduced-motion: reduce) { .state.on::before { animation: none; } }
.bar { height: 5px; border-radius: 3px; background: var(--rule); margin: 12px 0 10px; }
.bar i { display: block; height: 100%; border-radius: 3px; background: var(--c); }
dl { display: flex; flex-wrap: wrap; gap: 6px 30px; margin: 10px 0 0; }
dt { color: var(--faint); font-size: 12.5px; line-height: 1.3; } dd { margin: 0; }
.chart { display: flex; flex-direction: column; margin: 0; }
.chart h2 { margin-bottom: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 16px; font-size: 13px; color: var(--faint); }
.legend b { color: var(--ink); font-weight: 600; }
.legend svg { width: 20px; height: 8px; margin-right: 6px; vertical-align: 1px; }
svg.curves { display: none; width: 100%; height: auto; margin-top: auto; padding-top: 6px;
  touch-action: pan-y; }
body[data-x="epoch"] svg.epoch, body[data-x="batch"] svg.batch,
body[data-x="second"] svg.second { display: block; }
svg text { fill: var(--faint); font-size: 12px; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; vector-effect: non-scaling-stroke; }
.dashed { stroke-dasharray: 5 4; }
.grid { stroke: var(--rule); } .frame { stroke: var(--faint); }
.best { fill: var(--c); stroke: var(--card); stroke-width: 2; }
.mark { stroke: var(--faint); stroke-dasharray: 2 4; }
.cursor { display: none; pointer-events: none; } .cursor line { stroke: var(--faint); }
#tip { position: fixed; display: none; pointer-events: none; background: var(--ink);
  color: var(--card); font-size: 13px; line-height: 1.45; padding: 6px 11px; border-radius: 8px;
  white-space: nowrap; z-index: 1; }
#tip i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; }
details { margin-bottom: 16px; } summary { cursor: pointer; font-weight: 600; }
details .charts { margin: 14px 0 0; } details .chart { box-shadow: none; }
.numbers { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; width: 100%; }
th { text-align: left; font-weight: 600; } td, th { padding: 3px 18px 3px 0; }
td, thead th + th { text-align: right; } tr + tr { border-top: 1px solid var(--rule); }
"""
SCRIPT = """
const keep = sessionStorage, body = document.body, tip = document.getElementById("tip");
let busy = false;
function choose(x) {
  body.dataset.x = x; keep.setItem("x", x);
  for (const b of document.querySelectorAll(".axes button"))
    b.setAttribute("aria-pressed", b.value === x);
}
for (const b of document.querySelectorAll(".axes button")) b.onclick = () => choose(b.value);
const kept = keep.getItem("x");
if (kept && document.querySelector(`.axes button[value="${kept}"]`)) choose(kept);
for (const d of document.querySelectorAll("details")) {
  if (keep.getItem(d.id)) d.open = true;
  d.ontoggle = () => keep.setItem(d.id, d.open ? "open" : "");
}
const number = value => value.toLocaleString("en", { maximumSignificantDigits: 5 });
function show(svg, event) {
  const data = svg.data ??= JSON.parse(svg.querySelector("metadata").textContent);
  const place = new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(svg.getScreenCTM().inverse());
  let at = data.lines.flatMap(line => line.px).reduce(
    (a, b) => Math.abs(b - place.x) < Math.abs(a - place.x) ? b : a, Infinity);
  if (at === Infinity) return;
  const cursor = svg.querySelector(".cursor");
  cursor.style.display = "block"; cursor.setAttribute("transform", `translate(${at} 0)`);
  tip.replaceChildren();
  let x = null;
  for (const line of data.lines) {
    let i = 0;
    for (let j = 1; j < line.px.length; j++)
      if (Math.abs(line.px[j] - at) < Math.abs(line.px[i] - at)) i = j;
    if (!line.px.length || Math.abs(line.px[i] - at) > 6) continue;
    if (line.px[i] === at) x ??= line.x[i];
    const row = document.createElement("div"), dot = document.createElement("i");
    dot.style.background = getComputedStyle(body).getPropertyValue(`--c${line.colour}`);
    row.append(dot, `${line.label}  ${number(line.y[i])}${data.unit}`); tip.append(row);
  }
  const head = document.createElement("div"); head.textContent = `${data.axis} ${number(x ?? 0)}`;
  tip.prepend(head); tip.style.display = "block";
  const right = event.clientX + 16 + tip.offsetWidth > innerWidth;
  tip.style.left = `${event.clientX + (right ? -16 - tip.offsetWidth : 16)}px`;
  tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 10)}px`;
}
for (const svg of document.querySelectorAll("svg.curves")) {
  svg.onpointermove = event => { busy = true; show(svg, event); };
  svg.onpointerleave = () => {
    busy = false; tip.style.display = "none";
    svg.querySelector(".cursor").style.display = "none";
  };
}
const seconds = Number(body.dataset.refresh);
if (seconds) setInterval(() => busy || location.reload(), 1000 * seconds);
"""


def live_page(
    standings: Sequence[Standing],
    channels: Sequence[str] | None = None,
    x: str = "epoch",
    refresh: float | None = None,
    drawn_at: str = "",
) -> str:
    """A page about runs, whole in one file: nothing else is loaded.

    Parameters
    ----------
    standings : list of Standing
    channels : sequence of str, optional
        What to draw; default: costs and rates, with everything else below, folded away.
    x : {"epoch", "batch", "second"}
        The horizontal axis at first; a click chooses another.
    refresh : float, optional
        After how many seconds the page is loaded again; never unless given.
    drawn_at : str
        The time, shown as it is.

    Returns
    -------
    str
        HTML. Where there is no JavaScript, curves, numbers and reloading are there all the same.

    Raises
    ------
    InputError
        If a channel is unknown, or the rows have no place on any axis.

    Examples
    --------
    >>> columns = {"epoch": [1, 2], "iteration": [9, 19], "valid_error": [0.5, 0.25]}
    >>> columns = {name: np.array(each) for name, each in columns.items()}
    >>> page = live_page([Standing("mlp", columns, "training", True)], refresh=5)
    >>> page.count("<polyline"), page.startswith("<!doctype html>")
    (2, True)
    """
    axes = _axes(standings)
    x = x if x in axes else next(iter(axes), "epoch")
    main, others = [], []
    if any(each.n_rows for each in standings):
        main, others = main_and_other_panels(standings, channels)
    runs = ", ".join(each.name for each in standings)
    parts = [
        f"<header><h1>{escape(runs if len(runs) < 60 else f'{len(standings)} runs')}</h1>",
        f'<span class="faint">{escape(drawn_at and f"as of {drawn_at}")}</span>',
        _choice(axes, x),
        "</header>",
        f'<section class="cards">{"".join(map(_card, standings, range(len(standings))))}</section>',
        _charts(standings, main, axes),
    ]
    if others:
        inner = _charts(standings, others, axes)
        parts.append(f'<details id="more"><summary>{len(others)} more</summary>{inner}</details>')
    parts += [_numbers(standings), '<div id="tip"></div>']
    return _document(f"{runs} – dltut", parts, x, refresh)


def _document(title, parts, x, refresh):
    again = f'<noscript><meta http-equiv="refresh" content="{refresh or 0:g}"></noscript>'
    style = STYLE.replace("LIGHT", _colours(COLOURS)).replace("DARK", _colours(BRIGHT))
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            again if refresh else "",
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>",
            f'<body data-x="{x}" data-refresh="{refresh or 0:g}">',
            *parts,
            f"<script>{SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _colours(colours):
    return " ".join(f"--c{i}: {colour};" for i, colour in enumerate(colours))


def _axes(standings):
    """The horizontal axes on which every row has a place."""
    needed = {"epoch": "epoch", "batch": "iteration", "second": "seconds"}
    columns = [each.columns for each in standings if each.n_rows]
    absent = np.array([np.nan])
    return [
        axis
        for axis, name in needed.items()
        if columns and all(np.isfinite(each.get(name, absent)).all() for each in columns)
    ]


def _choice(axes, x):
    buttons = [
        f'<button value="{axis}" aria-pressed="{str(axis == x).lower()}">{AXES[axis]}</button>'
        for axis in axes
    ]
    return f'<div class="axes" role="group" aria-label="horizontal axis">{"".join(buttons)}</div>'


def _card(standing, number):
    """How a run stands."""
    state = f'<span class="state{" on" * standing.is_training}">{escape(standing.state)}</span>'
    of = f" of {standing.max_epochs:,}" if standing.max_epochs else ""
    seconds = standing.seconds
    facts = {
        "epoch": f"{standing.epoch:,}{of}" if standing.n_rows else "",
        "trained": duration(seconds) if seconds is not None else "",
        "speed": standing.speed,
        "left": standing.left.removesuffix(" left"),
        "best": standing.best,
    }
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escape(told)}</dd></div>" for name, told in facts.items() if told
    )
    share = standing.progress
    done = "" if share is None else f'<i style="width: {100 * share:.1f}%"></i>'
    bar = f'<div class="bar">{done}</div>'
    name = f'<span class="name">{escape(standing.name)}</span>'
    title = f'<h2><span class="dot"></span>{name}{state}</h2>'
    colour = f"--c: var(--c{number % len(COLOURS)})"
    return f'<article class="card" style="{colour}">{title}{bar}<dl>{listed}</dl></article>'


def _charts(standings, panels, axes):
    drawn = "".join(_chart(standings, names, axes) for names in panels)
    return f'<section class="charts">{drawn}</section>'


def _chart(standings, names, axes):
    """A panel: its title, its legend, and a drawing for each horizontal axis."""
    title = words(names[0]) if len(names) == 1 else words(measure_of(names[0]))
    lines = list(_lines(standings, names))
    legend = "".join(
        f'<span style="--c: var(--c{line.colour})">{_sample("")}{escape(line.short)} '
        f"<b>{escape(line.last)}</b></span>"
        for line in lines
        if not line.is_dashed
    )
    if any(line.is_dashed for line in lines):
        others = ", ".join(words(name) for name in names[1:])
        legend += f'<span style="--c: var(--faint)">{_sample("dashed")}{escape(others)}</span>'
    unit = " (%)" * is_rate(names[0])
    drawings = "".join(_drawing(lines, axis, title, is_rate(names[0])) for axis in axes)
    return (
        f'<figure class="chart"><h2>{escape(title)}{unit}</h2>'
        f'<div class="legend">{legend}</div>{drawings}</figure>'
    )


def _sample(look):
    return f'<svg viewBox="0 0 20 8"><path class="line {look}" d="M1 4H19"/></svg>'


@dataclass(frozen=True)
class _Line:
    """A channel of a run, and how it looks."""

    standing: Standing
    channel: str
    short: str  # its label where all are of one measure
    label: str
    colour: int
    is_dashed: bool

    @property
    def last(self):
        value = self.standing.last.get(self.channel)
        return "" if value is None else printed(self.channel, value)

    @property
    def style(self):
        return f'style="--c: var(--c{self.colour})"'

    def points(self, axis):
        """Those of the line, and that of the best row, which may be none."""
        columns, best = self.standing.columns, best_place(self.standing.columns)
        there = {name: each[best : best + 1] for name, each in columns.items() if best is not None}
        return [
            thinned(points_of(self.standing.name, each, self.channel, axis), FEW)
            for each in (columns, there)
        ]


def _lines(standings, names):
    several = sum(each.n_rows > 0 for each in standings) > 1
    for i, standing in enumerate(standings):
        for j, name in enumerate(names):
            if name in standing.columns:
                short = standing.name if several else words(name)
                label = f"{short}, {words(name)}" if several and len(names) > 1 else short
                colour = (i if several else j) % len(COLOURS)
                yield _Line(standing, name, short, label, colour, several and j > 0)


def _drawing(lines, axis, title, in_percent):
    """One SVG: grid, axes, lines, a dot at each best row; the numbers for the pointer inside."""
    points, best = zip(*(line.points(axis) for line in lines), strict=True)
    scale = _Scale(np.concatenate(points, axis=1), axis)
    parts = [*scale.grid(axis)]
    behind = [*zip(lines, points, best, strict=True)][::-1]  # the first in front
    for line, each, _ in behind:
        look = "line dashed" if line.is_dashed else "line"
        places = " ".join(f"{a:g},{b:g}" for a, b in scale(each).T)
        parts.append(f'<polyline class="{look}" {line.style} points="{places}"/>')
        if each.shape[1] == 1:  # a line of one point is nothing
            parts.append(_dot(*scale(each)[:, 0], 3, line))
    for line, _, each in behind:
        parts += [_dot(a, b, 4.5, line) for a, b in scale(each).T]
    data = {"axis": axis, "unit": " %" * in_percent}
    data["lines"] = [
        {"label": line.label, "colour": line.colour, "px": scale(each)[0].tolist()}
        | {"x": each[0].tolist(), "y": [float(f"{value:.7g}") for value in each[1]]}
        for line, each in zip(lines, points, strict=True)
    ]
    return (
        f'<svg class="curves {axis}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><metadata>{escape(json.dumps(data))}</metadata>'
        f'{"".join(parts)}<g class="cursor"><line y1="{TOP}" y2="{HEIGHT - BOTTOM}"/></g></svg>'
    )


def _dot(x, y, radius, line):
    return f'<circle class="best" r="{radius}" cx="{x:g}" cy="{y:g}" {line.style}/>'


class _Scale:
    """From numbers to places on the paper."""

    def __init__(self, points, axis):
        self.is_empty = not points.size
        ends = [(each.min(), each.max()) if each.size else (0, 1) for each in points]
        (left, right), (bottom, top) = ends
        if left == right:
            left, right = left - 1, right + 1
        self.across = ticks(left, right, whole=axis != "second")
        self.up = ticks(bottom, top)
        room = 0.02 * (top - bottom)
        self.left, self.right = left, right
        self.bottom, self.top = min(self.up[0], bottom - room), max(self.up[-1], top + room)

    def __call__(self, points):
        """Places, shape (2, n), to a hundredth of a pixel."""
        a = (points[0] - self.left) / (self.right - self.left)
        b = (self.top - points[1]) / (self.top - self.bottom)
        places = [LEFT + a * (WIDTH - LEFT - RIGHT), TOP + b * (HEIGHT - TOP - BOTTOM)]
        return np.round(np.stack(places), 2)

    def grid(self, axis) -> Iterator[str]:
        """Lines and numbers at the ticks."""
        floor, end = HEIGHT - BOTTOM, WIDTH - RIGHT
        if self.is_empty:
            yield _text(WIDTH / 2, HEIGHT / 2, "no number yet", "middle")
            return
        for tick in self.up:
            _, y = self(np.array([[self.left], [tick]]))[:, 0]
            yield f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:g}" y2="{y:g}"/>'
            yield _text(LEFT - 8, y + 4, _number(tick), "end")
        for tick in self.across:
            if self.left <= tick <= self.right:
                x, _ = self(np.array([[tick], [self.bottom]]))[:, 0]
                yield _text(x, HEIGHT - 18, _number(tick), "middle")
        yield f'<line class="frame" x1="{LEFT}" x2="{end}" y1="{floor}" y2="{floor}"/>'
        yield _text(end, HEIGHT - 4, AXES[axis], "end")


def _text(x, y, text, anchor):
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{text}</text>'


def ticks(low: float, high: float, n: int = 5, whole: bool = False) -> list[float]:
    """Round numbers from the last below `low` on, about `n` of them, to the last below `high`.

    Parameters
    ----------
    low, high : float
    n : int
    whole : bool
        Whole numbers only.

    Examples
    --------
    >>> ticks(0.07, 2.1), ticks(1, 84, whole=True)
    ([0.0, 0.5, 1.0, 1.5, 2.0], [0.0, 20.0, 40.0, 60.0, 80.0])
    """
    if not high > low:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    rough = (high - low) / n
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * 0.999)
    step = max(1, round(step)) if whole else step
    first, last = math.floor(low / step + 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.10g}") for i in range(first, last + 1)]


def _number(value):
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}"
    return f"{value:,.10g}"


def _numbers(standings):
    """The last and the best value of every channel, as a table."""
    standings = [each for each in standings if each.n_rows]
    names = dict.fromkeys(name for each in standings for name in each.last)
    if not names:
        return ""
    head = "".join(f"<th>{escape(each.name)}</th><th>at best</th>" for each in standings)
    body = ""
    for name in names:
        cells = "".join(_cells(each, name) for each in standings)
        body += f"<tr><th>{escape(words(name))}</th>{cells}</tr>"
    return (
        f'<section class="numbers"><table><thead><tr><th>last value</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></section>"
    )


def _cells(standing, name):
    best, values = best_place(standing.columns), standing.columns.get(name, np.array([]))
    there = [] if best is None or not len(values) else [values[best]]
    at_best = [printed(name, value) for value in there if not np.isnan(value)]
    last = [printed(name, standing.last[name])] if name in standing.last else []
    return f'<td>{"".join(last)}</td><td class="faint">{"".join(at_best)}</td>'
