"""Tables: CSV text as named columns of numbers or text, the inputs and the target among them."""

import csv
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from dltut.datasets.arrays import Parts
from dltut.datasets.kinds import Numbers
from dltut.exceptions import InputError, at, nearest
from dltut.machine.columns import as_array
from dltut.machine.files import Unpacked
from dltut.machine.notices import say

DELIMITERS = "\t;, "  # the first of these that makes columns of all rows alike
MISSING = {"", "?", "na", "n/a", "nan", "null", "none", "-"}
TRUTH = {"true": 1.0, "false": 0.0}
COMMENT = re.compile(r"[ \t]*#.*\n")
LOOKED_AT = 50  # rows, to find out what a table is like
MOST_COLUMNS = 100_000
MOST_TEXTS = 20  # different texts in a column that becomes one column for each
LARGEST_OF_NUMBERS = 32 * 2**20  # bytes of a table that are packed into far fewer


@dataclass(frozen=True)
class Table:
    """Columns of one length.

    Parameters
    ----------
    place : path or str
        Where it was read, for messages.
    names : list of str
        The header, or the numbers 0, 1, ... of the columns.
    columns : list
        Of each column an array of numbers, or its cells as they were written.
    lines : sequence of int, optional
        The line of each row in the file.
    decimal_comma : bool
        Whether 1,5 is a number.
    has_header : bool
    """

    place: object
    names: list[str]
    columns: list
    lines: Sequence[int] = ()
    decimal_comma: bool = False
    has_header: bool = True

    def __len__(self) -> int:
        return len(self.columns[0])

    def column(self, number: int) -> np.ndarray:
        """A column as numbers, or as text where it holds no numbers.

        Raises
        ------
        InputError
            If a cell is empty, or one of many numbers is none.
        """
        cells = self.columns[number]
        if isinstance(cells, np.ndarray):
            return cells
        if (plain := _plain_numbers(cells)) is not None:
            return plain
        found = {cell: number_in(cell, self.decimal_comma) for cell in set(cells)}
        missing = {cell for cell in found if cell.strip().casefold() in MISSING}
        numbers, are_missing = [found[each] for each in cells], [each in missing for each in cells]
        n_missing, n_numbers = sum(are_missing), sum(each is not None for each in numbers)
        is_numeric = 2 * n_numbers > len(cells) - n_missing
        wrong = [each is None for each in numbers] if is_numeric else are_missing
        if any(wrong):
            row = wrong.index(True)
            what = "a missing value" if are_missing[row] else f"{cells[row]!r} is no number"
            raise InputError(
                f"{self.place} line {self.lines[row]}, column {self.names[number]}: {what}, one of "
                f"{sum(wrong)} in this column: fill them in, remove the rows, or ignore the column"
            )
        if is_numeric:
            return np.array(numbers)
        name = f"{self.place}, column {self.names[number]}"
        return as_array(name, [cell.strip() for cell in cells])

    def number_of(self, column: str | int) -> int:
        """Where a column is, that is given by its name or number.

        Raises
        ------
        InputError
            If there is no such column, or more than one of its name.
        """
        n = len(self.names)
        if (count := self.names.count(column)) > 1:
            raise InputError(
                f"{self.place} has {count} columns {column!r}: give the number of the one that is "
                f"meant, from 0 to {n - 1}"
            )
        if column in self.names:
            return self.names.index(column)
        if re.fullmatch(r"-?\d+", str(column)) and int(column) in range(-n, n):
            return int(column) % n
        hint = nearest(str(column), self.names)
        raise InputError(f"{self.place} has no column {column!r}: {hint}")


def read_table(data: bytes, place: object, header: bool | None = None) -> Table:
    """The table in the bytes of a CSV file.

    Parameters
    ----------
    data : bytes
        UTF-8, UTF-16 with its mark, or Latin-1; with commas, semicolons, tabs or spaces between
        the cells, and quotes around cells that contain them.
    place : path or str
        Where it was read, for messages.
    header : bool, optional
        Whether the first row has the names; default: if it looks so.

    Raises
    ------
    InputError
        If there is no row, or the rows have different lengths.
    """
    try:
        return _read_table(decoded(data, place), place, header)
    except csv.Error as error:
        raise InputError(f"{place} is no table ({error}): is a quote missing?") from None


def _read_table(text: str, place: object, header: bool | None) -> Table:
    skipped, end, last = 0, 0, ""
    while comment := COMMENT.match(text, end):
        skipped, end, last = skipped + 1, comment.end(), comment[0]
    text = text[end:]
    delimiter = delimiter_of(text)
    named = last.strip(" \t#\n") + "\n"
    if skipped and _is_even(named + text, delimiter):  # as numpy.savetxt writes a header
        text, skipped = named + text, skipped - 1
    rows = list(islice(_rows(text, delimiter), LOOKED_AT))
    header = bool(rows) and _has_header([row for _, row in rows]) if header is None else header
    if len(rows) <= header:
        raise InputError(f"{place} has no row of data: expected a table, columns and commas")
    if len(rows[0][1]) > MOST_COLUMNS:
        raise InputError(
            f"{place} has {len(rows[0][1]):,} columns; at most {MOST_COLUMNS:,} are read: give an "
            "example a line, or an npy file"
        )
    names = [name.strip() or str(i) for i, name in enumerate(rows[0][1])]
    if not header:
        names = list(map(str, range(len(names))))
    columns = _numbers_alone(text, delimiter, header)
    if columns is not None and len(columns) == len(names):
        return Table(place, names, columns, has_header=header)
    lines, cells = _cells(text, delimiter, header, len(names), place, skipped)
    return Table(place, names, cells, lines, delimiter != ",", header)


def table_parts(
    tables: Sequence[Table], target: str | int | Sequence | None = None, ignore: Sequence = ()
) -> Parts:
    """The inputs and targets of one table, or of those of train and test, or of all three parts.

    Parameters
    ----------
    tables : list of Table
        With the same names.
    target : name, number or several, optional
        Which columns are to be predicted; default: the last; () for none. Numbers count from 0.
    ignore : names or numbers
        Which columns are left out.

    Raises
    ------
    InputError
        If a column is not there, holds text that cannot become numbers, or lacks a value.
    """
    first, notes = tables[0], []
    for table in tables[1:]:
        if table.names != first.names:
            other = next((name for name in first.names if name not in table.names), "other columns")
            raise InputError(f"{table.place} lacks the column {other} that {first.place} has")
    with at("ignore"):
        ignored = [first.number_of(each) for each in _listed(ignore)]
    if first.has_header and first.names[0] in ("0", "Unnamed: 0") and _counts(first.columns[0]):
        ignored.append(0)
        notes.append("the first column left out, it numbers the rows")
    with at("target"):
        targets = [first.number_of(each) for each in _listed(-1 if target is None else target)]
    inputs = [i for i in range(len(first.names)) if i not in (*targets, *ignored)]
    if not first.has_header:
        notes.append("no header, columns count from 0")
    if not inputs:
        raise InputError(f"{first.place}: no column is left for the inputs")
    text = _prose(first, inputs)
    numeric = [i for i in [*inputs, *targets] if i != text]
    joined = {i: np.concatenate([table.column(i) for table in tables]) for i in numeric}
    if text is not None:
        return _text_parts(tables, text, joined, targets, notes)
    names, x = _encoded([first.names[i] for i in inputs], [joined[i] for i in inputs], first.place)
    if len(names) > len(inputs):
        texts = [first.names[i] for i in inputs if joined[i].dtype.kind == "U"]
        notes.append(f"a column of 0 and 1 for each text in {', '.join(texts)}")
    xs, ys = _cut(x, tables), _targets(tables, joined, targets)
    target_names = [first.names[i] for i in targets]
    return Parts(list(zip(xs, ys, strict=True)), names, target_names, draws=True, notes=notes)


def _prose(table: Table, inputs: list[int]) -> int | None:
    """The column of texts that is the only input, None if no column holds texts."""
    texts = [i for i in inputs if _is_prose(table.columns[i])]
    others = [table.names[i] for i in inputs if i not in texts[:1]]
    if texts and others:
        raise InputError(
            f"{table.place}: column {table.names[texts[0]]} holds texts, which are read alone: "
            f"ignore the others ({', '.join(others)}), or name one of them as the target"
        )
    return texts[0] if texts else None


def _text_parts(tables, text: int, joined: dict, targets: list[int], notes: list[str]) -> Parts:
    """A column of texts as it was written, and the targets."""
    first = tables[0]
    ys = _targets(tables, joined, targets)
    pairs = [(list(table.columns[text]), y) for table, y in zip(tables, ys, strict=True)]
    return Parts(pairs, None, [first.names[i] for i in targets], draws=True, notes=notes)


def inputs_in(table: Table, inputs: Numbers) -> np.ndarray:
    """The rows of a table as the inputs of a model that was trained on another: (n, d), float32.

    Parameters
    ----------
    table : Table
        Columns are found by their names; without a header there are as many as the inputs. Others,
        such as the target, are not looked at.
    inputs : Numbers
        As a model file tells.

    Raises
    ------
    InputError
        If a column is missing, or holds a text that was not met in training.
    """
    if not table.has_header or not set(table.names) & {_source(name) for name in inputs.names}:
        n, n_inputs = len(table.names), len(inputs.names)
        if n != n_inputs:
            some = f"none of whose names ({', '.join(table.names[:3])} ...) is an input's"
            raise InputError(
                f"{table.place} has {n} columns, {some if table.has_header else 'without names'}; "
                f"the model takes {n_inputs}: {', '.join(inputs.names[:5])} ..."
            )
        columns = [table.column(i) for i in range(n)]
    else:
        columns = [_input(table, name, inputs) for name in inputs.names]
    if any(column.dtype.kind == "U" for column in columns):
        raise InputError(f"{table.place} holds text where the model takes numbers")
    return inputs.standardised(np.stack(columns, axis=1))


def delimiter_of(text: str) -> str:
    r"""What stands between the cells of a table.

    Examples
    --------
    >>> delimiter_of("date;power\n16/12/2006;4,216\n")
    ';'
    """
    return next((each for each in DELIMITERS if _is_even(text, each)), ",")


def table_bytes(file: Unpacked) -> bytes:
    """What is in a CSV file; if it is packed, a table of 0 and 1 may be far larger than the file.

    Parameters
    ----------
    file : file opened by `dltut.machine.files.open_unpacked`
    """
    return file.read_if(_is_mostly_numbers, LARGEST_OF_NUMBERS)


def _is_mostly_numbers(data: bytes) -> bool:
    """Whether text, each of which may become many numbers, is but a small part of a table."""
    return 20 * len(data.translate(None, b"0123456789+-.,;eE \t\r\n")) <= len(data)


def decoded(data: bytes, place: object) -> str:
    """The text in the bytes of a file: UTF-8, UTF-16 with its mark, or Latin-1.

    Parameters
    ----------
    data : bytes
    place : path or str
        Where it was read, for a notice if it is no Unicode.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        say(f"data: {place} is no UTF-8; read as Latin-1")
        return data.decode("latin-1")


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that is not empty."""
    lines = io.StringIO(text, newline="")
    if delimiter == " ":
        lines = (line.strip() for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    yield from ((reader.line_num, row) for row in reader if any(map(str.strip, row)))


def _is_even(text: str, delimiter: str) -> bool:
    """Whether the first rows have equally many cells, at least two."""
    try:
        lengths = {len(row) for _, row in islice(_rows(text, delimiter), LOOKED_AT)}
    except csv.Error:  # a wide row would be one cell, longer than any is
        return False
    return len(lengths) == 1 and min(lengths) > 1


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: by text above numbers, or text in all its cells."""
    first, *others = rows
    is_name = [
        number_in(cell, True) is None and cell.strip().casefold() not in MISSING for cell in first
    ]
    below = [[row[i] for row in others if i < len(row)] for i in range(len(first))]
    named = [i for i in range(len(first)) if is_name[i] and below[i]]
    if any(all(number_in(cell, True) is not None for cell in below[i]) for i in named):
        return True
    if any(first[i] in below[i] for i in named):  # a value, such as a class
        return False
    # no data: texts, nothing, and numbers only where they count the columns, one after the other
    counts = {str(i): cell.strip() for i, cell in enumerate(first) if not is_name[i]}
    counts = {i: cell for i, cell in counts.items() if cell}
    return (
        (any(is_name) or len(first) > 2)
        and len(counts) != 1
        and all(i == cell for i, cell in counts.items())
    )


def _numbers_alone(text: str, delimiter: str, header: bool) -> list[np.ndarray] | None:
    """The columns of a table of finite numbers only, quickly; None if it holds anything else."""
    options = {"skiprows": int(header), "ndmin": 2, "comments": None, "quotechar": '"'}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # such as that there is nothing
            delimiter = None if delimiter == " " else delimiter
            values = np.loadtxt(io.StringIO(text), delimiter=delimiter, **options)
    except (ValueError, UserWarning):
        return None
    return list(values.T) if np.isfinite(values).all() else None


def _plain_numbers(cells: list[str]) -> np.ndarray | None:
    """Cells as Python reads numbers, quickly; None if one is anything else."""
    try:
        numbers = np.array(list(map(float, cells)))
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() and "_" not in "".join(cells) else None


def _cells(
    text: str, delimiter: str, header: bool, width: int, place: object, skipped: int
) -> tuple:
    """The line of each row, and the cells of each column."""
    lines, cells = [], []  # and no rows: Python looks at all lists again and again
    for line, row in islice(_rows(text, delimiter), int(header), None):
        if len(row) != width:
            raise InputError(
                f"{place} line {line + skipped} has {len(row)} cells, expected {width}: is a "
                "delimiter missing, or a quote?"
            )
        lines.append(line + skipped)
        cells += row
    return lines, [cells[i::width] for i in range(width)]


def number_in(cell: str, decimal_comma: bool) -> float | None:
    """The number that a cell holds, None if it holds none.

    Examples
    --------
    >>> number_in("1,5", decimal_comma=True), number_in("?", decimal_comma=True)
    (1.5, None)
    """
    cell = cell.strip()
    if cell.casefold() in TRUTH:
        return TRUTH[cell.casefold()]
    if decimal_comma and "." not in cell:
        cell = cell.replace(",", ".", 1)
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in cell else None


def _is_prose(cells) -> bool:
    """Whether a column holds texts of several words, most of them different."""
    if isinstance(cells, np.ndarray):
        return False
    n_different = len(set(cells))
    if n_different <= MOST_TEXTS or 2 * n_different <= len(cells):
        return False
    return sum(len(cell.split()) for cell in cells) > 2 * len(cells)


def _counts(cells) -> bool:
    """Whether a column is 0, 1, 2, ... or 1, 2, 3, ..."""
    try:
        numbers = np.asarray(cells, dtype=float)
    except ValueError:
        return False
    return bool((np.diff(numbers) == 1).all() and numbers[0] in (0, 1))


def _listed(given) -> list:
    return [given] if isinstance(given, str | int) else list(given)


def _encoded(names: list[str], columns: list[np.ndarray], place: object) -> tuple[list, np.ndarray]:
    """Names and numbers (n, d) of inputs; a column of few texts becomes one column for each."""
    encoded = {}
    for name, column in zip(names, columns, strict=True):
        if column.dtype.kind != "U":
            encoded[name] = column
            continue
        texts = np.unique(column)
        if len(texts) > MOST_TEXTS or 2 * len(texts) > len(column):
            raise InputError(
                f"{place}: column {name} holds text, {len(texts)} different ones such as "
                f"'{texts[0]}': ignore it (ignore=[{name!r}]) or turn it into numbers"
            )
        encoded |= {f"{name}={text}": (column == text).astype(float) for text in texts}
    return list(encoded), np.stack(list(encoded.values()), axis=1)


def _cut(values: np.ndarray, tables: Sequence[Table]) -> list[np.ndarray]:
    """The rows of each table."""
    return np.split(values, np.cumsum([len(table) for table in tables])[:-1])


def _targets(tables: Sequence[Table], joined: dict, targets: list[int]) -> list:
    """The targets in each table, None where there are none."""
    if not targets:
        return [None] * len(tables)
    with at("target"):
        y = joined[targets[0]] if len(targets) == 1 else _together(joined, targets, tables[0])
    return _cut(y, tables)


def _together(joined: dict, targets: list[int], table: Table) -> np.ndarray:
    """Several targets as columns of numbers, (n, k)."""
    text = next((table.names[i] for i in targets if joined[i].dtype.kind == "U"), None)
    if text:
        raise InputError(
            f"{table.place}: target {text} holds text: one target alone can be a class"
        )
    return np.stack([joined[i] for i in targets], axis=1)


def _source(name: str) -> str:
    """The column that an input was made of."""
    return name.partition("=")[0]


def _input(table: Table, name: str, inputs: Numbers) -> np.ndarray:
    if name in table.names:
        return table.column(table.names.index(name))
    column, _, text = name.partition("=")
    texts = [each.partition("=")[2] for each in inputs.names if each.startswith(f"{column}=")]
    cells = table.columns[table.number_of(column)]
    values = np.array([cell.strip() if isinstance(cell, str) else f"{cell:g}" for cell in cells])
    unknown = np.setdiff1d(values, texts)
    if len(unknown):
        raise InputError(
            f"{table.place}: column {column} holds '{unknown[0]}': {nearest(unknown[0], texts)}"
        )
    return (values == text).astype(float)
