"""Series: numbers one after the other in time, as windows and what comes after each."""

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice
from os import PathLike

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dltut.datasets.base import PARTS, Dataset, Split
from dltut.datasets.kinds import Series
from dltut.datasets.layouts import table_text
from dltut.datasets.tables import MISSING, Table, delimiter_of, number_in, read_table
from dltut.exceptions import InputError
from dltut.machine import config
from dltut.machine.checks import check_counts
from dltut.machine.files import expanded
from dltut.machine.notices import say

POWER = "household_power_consumption.txt", "householdpower.csv"  # UCI's; with its gaps filled
POWER_COLUMN = "Global_active_power"
QUICK = 1200, 600, 600  # windows
BLOCK = 1 << 16  # rows turned into numbers together
TIME_WORDS = "date", "time", "stamp"
DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")  # read besides 2006-12-16


@dataclass(frozen=True, eq=False)
class Recording:
    """A series as it was recorded.

    Parameters
    ----------
    values : array, shape (n, d)
        A row for each step, NaN where a value is missing.
    names : sequence of str
        Of the columns.
    place : path or str
        Where it was read, for messages.

    Raises
    ------
    InputError
        If the values are no such array.
    """

    values: np.ndarray
    names: Sequence[str]
    place: object = "the series"

    def __post_init__(self):
        values = np.asarray(self.values)
        values = values.astype(float) if values.dtype.kind in "biuf" else np.empty(0)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or values.shape[1] != len(self.names) or not values.size:
            raise InputError(
                f"{self.place} has shape {np.shape(self.values)}; expected a row of "
                f"{len(self.names)} numbers for each step: {', '.join(self.names)}"
            )
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)


def load(
    dataset: str | PathLike = "auto",
    steps: int = 50,
    ahead: int = 1,
    columns: Sequence[str | int] = (),
    ratio: float = 1.0,
    data_dir: str | PathLike | None = None,
    quick: bool = False,
) -> Dataset:
    """A series in windows, by name or from a file.

    Parameters
    ----------
    dataset : {"auto", "power", "rhythm"} or path
        "power": the household power consumption of the UCI repository, its minutes from
        ``household_power_consumption.txt``, or ``householdpower.csv`` of the package EnergyData.
        "rhythm": `daily_rhythm`, generated. "auto": power where the data folder has it, else
        rhythm. A path leads to a CSV file with a row for each step.
    steps, ahead, ratio
        As for `windowed`.
    columns : names or numbers
        Of the table; default: all that hold numbers, of the power data the Global_active_power.
    data_dir : path, optional
        The data folder, else the configured one.
    quick : bool
        Only some windows, to see that something runs.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If there is no such series, it is damaged, or shorter than the windows.

    Examples
    --------
    >>> load("rhythm", steps=48, quick=True)
    Dataset(rhythm: 1,200 / 528 / 600 examples, 48 steps of 1 number (power), standardised, ...
    """
    recording, name = _recording(dataset, columns, data_dir)
    data = windowed(recording, steps, ahead, ratio, name=name)
    if not quick:
        return data
    few = [split[_spread(len(split), n)] for split, n in zip(data, QUICK, strict=True)]
    return Dataset(*few, data.name, data.inputs, data.targets)


def read_series(
    path: str | PathLike,
    columns: Sequence[str | int] = (),
    times: Sequence[str | int] | None = None,
) -> Recording:
    """The columns of a CSV file, one row a step; gaps stay gaps.

    Parameters
    ----------
    path : path
        With commas, semicolons or tabs between the cells; a missing value is an empty cell, ``?``,
        NA or the like.
    columns : names or numbers
        Which; default: all that hold numbers.
    times : names or numbers, optional
        The columns that say when; default: those of text whose names speak of a date or a time;
        () for none. Where the time makes a jump, a row of missing values is put.

    Raises
    ------
    InputError
        If the file is no table, has no such column, or a cell is neither a number nor missing.

    Notes
    -----
    A file larger than the memory is none that can be read, but its text is all that is held of it:
    cells become numbers block by block.
    """
    text = table_text(path)
    table = read_table("".join(islice(io.StringIO(text), 1000)).encode(), path)
    chosen = [table.number_of(each) for each in columns] or _columns_of_numbers(table)
    if not chosen:
        raise InputError(f"{path} has no column of numbers: {', '.join(table.names[:8])}")
    when = _time_columns(table) if times is None else [table.number_of(each) for each in times]
    below = dropwhile(lambda line: line.lstrip().startswith("#"), io.StringIO(text))
    delimiter = delimiter_of("".join(islice(below, 50)))
    blocks, moments = [], []
    wanted = sorted({*chosen, *when})
    for lines, rows in _blocks(text, delimiter, table, wanted):
        cells = dict(zip(wanted, zip(*rows, strict=True), strict=True))
        some = [_numbers(cells[k], delimiter != ",", path, table.names[k], lines) for k in chosen]
        blocks.append(np.stack(some, axis=1))
        if when:
            moments.append(_moments([cells[k] for k in when], path, lines))
    values = np.concatenate(blocks)
    if when:
        values = _broken(values, np.concatenate(moments))
    return Recording(values, [table.names[k] for k in chosen], path)


def windowed(
    recording: Recording,
    steps: int = 50,
    ahead: int = 1,
    ratio: float = 1.0,
    parts: tuple[float, float] = (0.85, 0.05),
    name: str = "series",
) -> Dataset:
    """A series cut into windows, in three parts of time.

    Parameters
    ----------
    recording : Recording
    steps : int
        Values of each column that a model sees.
    ahead : int
        How many of the values that come next it has to tell: y holds those of the next step, then
        those of the one after it.
    ratio : float
        The share of all windows that is used, from 0 to 1, spread evenly.
    parts : (float, float)
        The shares of the time to train and to validate; the rest is for the test.
    name : str
        Of the data set.

    Returns
    -------
    Dataset
        x of shape (n, steps * d), y of shape (n, ahead * d), both standardised by the mean and the
        deviation of the first part, of which neither another part nor a gap knows.

    Raises
    ------
    InputError
        If a part has no window without a gap, or an argument is out of its range.

    Notes
    -----
    A window, its targets included, lies in one part and has no gap: nothing that is tested on was
    seen in training, not even as a neighbour's last value. Only windows that are used are ever
    copied out of the series.

    Examples
    --------
    >>> data = windowed(Recording(np.arange(40.0), ["count"]), steps=3, parts=(0.5, 0.25))
    >>> [len(part) for part in data]
    [17, 7, 7]
    >>> data.inputs.original(data.test.x[:1]).round(3).ravel().tolist()
    [30.0, 31.0, 32.0]
    >>> data.targets.original(data.test.y[:1]).round(3)
    array([[33.]])
    """
    check_counts("steps", steps=steps, ahead=ahead)
    if not 0 < ratio <= 1:
        raise InputError(f"ratio is {ratio}; it is a share of all windows, above 0 and at most 1")
    borders = _borders(len(recording), parts)
    values, length = recording.values, steps + ahead
    known = values[: borders[1]]
    whole = ~np.isnan(known).any(axis=1)
    if whole.sum() < length:
        raise _too_short(recording, whole.sum(), "train", steps, ahead)
    fitted = Series(tuple(recording.names), steps).columns.fitted(known[whole])
    inputs = Series(fitted.names, steps, fitted.mean, fitted.scale)
    flat = np.ascontiguousarray(fitted.standardised(values)).ravel()  # step after step
    d, splits = values.shape[1], []
    seen, following = (sliding_window_view(flat, n * d) for n in (steps, ahead))
    for part, first, end in zip(PARTS, borders, borders[1:], strict=False):
        starts = first + window_starts(values[first:end], length)
        if not len(starts):
            raise _too_short(recording, end - first, part, steps, ahead)
        starts = starts[_spread(len(starts), round(ratio * len(starts)))]
        splits.append(Split(seen[starts * d], following[(starts + steps) * d]))
    return Dataset(*splits, name, inputs, inputs.following(ahead))


def window_starts(values: np.ndarray, length: int) -> np.ndarray:
    """The rows at which a window of a length begins that holds no NaN.

    Parameters
    ----------
    values : array, shape (n, d)
    length : int

    Examples
    --------
    >>> window_starts(np.array([[1], [2], [3], [np.nan], [5], [6]]), 2).tolist()
    [0, 1, 4]
    """
    n_missing = np.cumsum([0, *np.isnan(values).any(axis=1)])
    return np.flatnonzero(n_missing[length:] == n_missing[:-length])


def daily_rhythm(n_days: int = 120, seed: int = 1234, per_day: int = 96) -> Recording:
    """The power that a household might take, a value each quarter of an hour, generated.

    Parameters
    ----------
    n_days : int
    seed : int
    per_day : int
        Steps in a day.

    Returns
    -------
    Recording
        In kilowatts: a low base that wanders, a morning and a broad evening, weekends that begin
        late, and machines that are switched on, stay on for a fixed time and go off.

    Examples
    --------
    >>> rhythm = daily_rhythm(n_days=7)
    >>> rhythm.values.shape, rhythm.names
    ((672, 1), ['power'])
    """
    check_counts("steps", n_days=n_days, per_day=per_day)
    rng = np.random.default_rng(seed)
    n = n_days * per_day
    day, hour = np.divmod(np.arange(n) * 24 / per_day, 24)
    wake = np.where(day % 7 >= 5, 9.5, 7.0)
    habit = 0.6 * np.exp(-0.5 * ((hour - wake) / 0.8) ** 2)
    habit += 1.1 * np.exp(-0.5 * ((hour - 19.5) / 1.8) ** 2)
    wandering, noise = np.zeros(n), 0.06 * rng.standard_normal(n)
    for k in range(1, n):
        wandering[k] = 0.95 * wandering[k - 1] + noise[k]
    power = 0.35 + habit + wandering + 0.03 * rng.standard_normal(n)
    for kilowatts, quarters, likely in ((2.0, 4, 0.02), (1.2, 6, 0.02), (0.8, 2, 0.05)):
        starts = np.flatnonzero(rng.random(n) < likely * (0.2 + habit))
        for start in starts:
            power[start : start + quarters] += kilowatts
    return Recording(np.maximum(power, 0.05), ["power"], "the generated rhythm")


def _recording(dataset, columns, data_dir) -> tuple[Recording, str]:
    """A series, and the name of the data set."""
    if str(dataset) not in ("auto", "power", "rhythm"):
        path = expanded(dataset)
        if not path.exists():
            raise InputError(f"no series {path}: expected auto, power, rhythm, or a CSV file")
        is_power = path.name in POWER and not columns
        return read_series(path, [POWER_COLUMN] if is_power else columns), path.name
    folder = config.data_dir(data_dir)
    found = [folder / each for each in POWER if (folder / each).is_file()]
    if found and str(dataset) != "rhythm":
        return read_series(found[0], columns or [POWER_COLUMN]), "power"
    if str(dataset) == "power":
        raise InputError(
            f"{folder.absolute()} has no {POWER[0]}: unpack it there from "
            "archive.ics.uci.edu/dataset/235, or take the generated series, rhythm"
        )
    if columns:
        raise InputError("the generated series has one column, power: leave out the columns")
    if str(dataset) == "auto":
        say(f"data: no {POWER[0]} in {folder.absolute()}; a generated daily rhythm instead")
    return daily_rhythm(), "rhythm"


def _borders(n: int, parts) -> list[int]:
    if len(parts) != 2 or not all(0 < each < 1 for each in parts) or not sum(parts) < 1:
        raise InputError(
            f"parts are {parts}; expected the shares of training and validation, of sum below 1"
        )
    return [0, round(parts[0] * n), round(sum(parts) * n), n]


def _spread(n: int, n_wanted: int) -> np.ndarray:
    """So many of n, spread evenly; all if there are not more."""
    k = min(n, max(1, n_wanted))
    return np.arange(k) * n // k


def _too_short(recording, n, part, steps, ahead) -> InputError:
    return InputError(
        f"{recording.place} has {len(recording):,} values, {n:,} of them in the {part} part, and "
        f"no stretch of {steps + ahead} there without a gap: give fewer steps (now {steps}) or "
        f"ahead ({ahead}), or a longer series"
    )


def _columns_of_numbers(table: Table) -> list[int]:
    """Those with more numbers than text in the rows that were looked at."""

    def is_number(cells):
        if isinstance(cells, np.ndarray):
            return True
        found = [number_in(cell, table.decimal_comma) is not None for cell in cells]
        given = [cell.strip().casefold() not in MISSING for cell in cells]
        return 2 * sum(found) > sum(given)

    return [k for k, cells in enumerate(table.columns) if is_number(cells)]


def _time_columns(table: Table) -> list[int]:
    named = [any(word in name.casefold() for word in TIME_WORDS) for name in table.names]
    are_text = [not isinstance(cells, np.ndarray) for cells in table.columns]
    numbers = _columns_of_numbers(table)
    pairs = enumerate(zip(named, are_text, strict=True))
    return [k for k, pair in pairs if all(pair) and k not in numbers]


def _blocks(
    text: str, delimiter: str, table: Table, wanted: list[int]
) -> Iterator[tuple[list[int], list]]:
    """The numbers of the lines, and their wanted cells, of many rows at a time."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names, width, is_first = table.names, len(table.names), True
    numbers, rows = [], []
    try:
        for row in reader:
            if is_first or len(row) != width:
                if not any(map(str.strip, row)) or (is_first and row[0].lstrip().startswith("#")):
                    continue
                is_head = is_first and table.has_header
                is_first = False
                if is_head and [each.strip() or str(k) for k, each in enumerate(row)] == names:
                    continue
            if len(row) != width:
                raise InputError(
                    f"{table.place} line {reader.line_num} has {len(row)} cells, expected {width}: "
                    "is it cut off there?"
                )
            numbers.append(reader.line_num)
            rows.append(tuple([row[k] for k in wanted]))
            if len(rows) == BLOCK:
                yield numbers, rows
                numbers, rows = [], []
    except csv.Error as error:
        raise InputError(f"{table.place} is no table ({error}): is a quote missing?") from None
    if rows:
        yield numbers, rows


def _numbers(cells, decimal_comma, path, name, lines) -> np.ndarray:
    """Cells as numbers, NaN where one is missing."""
    if "_" not in "".join(cells):
        try:
            known = np.array([float(cell) if cell != "?" else np.nan for cell in cells])
        except ValueError:
            known = np.array([np.inf])
        if not np.isinf(known).any():
            return known
    numbers = [number_in(cell, decimal_comma) for cell in cells]
    for number, cell, line in zip(numbers, cells, lines, strict=True):
        if number is None and cell.strip().casefold() not in MISSING:
            raise InputError(
                f"{path} line {line}, column {name}: {cell[:40]!r} is no number: choose other "
                "columns, or leave the cell empty for a gap"
            )
    return np.array([np.nan if each is None else each for each in numbers])


def _moments(columns, path, lines) -> np.ndarray:
    """When each row was recorded, in seconds."""
    several = len(columns) > 1
    texts = list(map(" ".join, zip(*columns, strict=True))) if several else columns[0]
    day, _, rest = texts[0].partition(" ")
    for form in ("", *DAYS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a zone that a time names
                moments = np.array(texts if not form else _iso(texts, form), "datetime64[s]")
            return moments.astype(int)
        except ValueError:
            continue
    raise InputError(
        f"{path} line {lines[0]}: {day} {rest}".rstrip() + " or a later one is no time that can be "
        "read: expected 2006-12-16 17:24:00 or 16/12/2006; times=() does without"
    )


def _iso(texts, form) -> list[str]:
    """Days in the form of ISO 8601; each is read once."""
    days = {text.partition(" ")[0] for text in texts}
    known = {day: np.datetime64(_day(day, form)) for day in days}
    parts = (text.partition(" ") for text in texts)
    return [f"{known[day]} {rest}".rstrip() for day, _, rest in parts]


def _day(day: str, form: str) -> str:
    order = [each.strip("%") for each in form.replace(".", "/").split("/")]
    found = dict(zip(order, day.split("." if "." in form else "/"), strict=True))
    return f"{int(found['Y']):04}-{int(found['m']):02}-{int(found['d']):02}"


def _broken(values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """The rows, and one of missing values where the time makes a jump."""
    between = np.diff(moments)
    usual = np.median(between) if len(between) else 0
    jumps = np.flatnonzero((between > 1.5 * usual) | (between <= 0)) + 1
    return np.insert(values, jumps, np.nan, axis=0) if usual > 0 else values
