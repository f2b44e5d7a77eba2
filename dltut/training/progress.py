"""What a person sees of a training run: a bar on a terminal, a few lines, and a summary."""

import math
import sys
import time
from math import inf

from tqdm import tqdm

from dltut.machine.channels import RATES, is_rate, measure_of
from dltut.machine.checks import check_numbers
from dltut.machine.notices import say
from dltut.machine.stopwatch import duration
from dltut.training.extensions import Extension
from dltut.training.log import POSITION, place

BAR = "|{bar:20}| {desc}"
REDRAW = 0.1  # seconds
GROWTH = 1.25  # of the number of rows, or of the time, from one line to the next
MANY = 6  # numbers of a line: the cost, the watched one and four more
WIDTH = 120  # characters of a line
LEADING = (*RATES, "cost", "objective", "nll", "likelihood")  # the last words of errors and costs
CHIEF, KIN, LEADER, REST = range(4)  # how much a number says of a run


class Progress(Extension):
    """Print a line now and then and a summary at the end; on a terminal, a bar of the whole run.

    Parameters
    ----------
    verbose : bool
        Print every validation in the wording of the classic tutorials, with six digits, and their
        summary. There, iterations and minibatches count from 1.
    line_every : float
        Without a terminal: seconds of silence after which a line says how far the run is.

    Notes
    -----
    Every row is in the log; printed are the first ones, and then one whenever the log is a quarter
    longer than at the last line. So a run of 1,000 validations prints 29 lines, and each run
    prints the same epochs. Signs of life without a terminal, too, become rarer as the run becomes
    longer.

    Lines go to standard output, the bar and the signs of life to standard error. The bar fills up
    to the iteration at which the run would end if nothing improved any more.

    Of a row of more than six numbers a line has the cost, the watched one, and as many as four more
    as it has room for, the errors and costs of the splits first.

    Iterations count from 0, as in the log.
    """

    def __init__(self, verbose: bool = False, line_every: float = 30.0):
        check_numbers(lambda value: 0 <= value <= inf, "0 or more", line_every=line_every)
        self.verbose, self.line_every = verbose, line_every
        self._bar, self._on_terminal = None, False
        self._n_shown = self._next_row = 0  # rows
        self._first, self._start = -1, 0.0  # the session's first iteration, and its seconds then
        self._began = self._due = 0.0  # on the clock

    def before_training(self, trainer) -> None:
        """Begin to watch the clock; say where a resumed run goes on."""
        log = trainer.log
        self._on_terminal = sys.stderr.isatty()
        self._n_shown, self._next_row = len(log.rows), _next_row(len(log.rows))
        self._first, self._start = log.iteration, log.seconds
        self._began = time.monotonic()
        self._wait()
        if log.iteration >= 0:
            self._print(f"going on after {log.place}")

    def between_batches(self, trainer) -> None:
        """Print new rows that are due; move the bar when it has stood for a while."""
        log = trainer.log
        if len(log.rows) > self._n_shown:
            self._print(*self._lines_of(log))
            self._n_shown = len(log.rows)
        if time.monotonic() >= self._due and log.iteration > self._first:
            self._show(log)
            self._wait()

    next_look = Extension.with_others

    def after_training(self, trainer) -> None:
        """Print the summary."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._print(*(tutorial_summary if self.verbose else summary)(trainer.log))

    def _wait(self) -> None:
        """Show nothing for a while; in a log, for a part of the time that has passed already."""
        now = time.monotonic()
        silence = max(self.line_every, (GROWTH - 1) * (now - self._began))
        self._due = now + (REDRAW if self._on_terminal else silence)

    def _lines_of(self, log) -> list[str]:
        """What is to be printed of the rows that are new."""
        found = []
        for number, row in enumerate(log.rows[self._n_shown :], start=self._n_shown + 1):
            if self.verbose:
                found += tutorial_lines(row, log)
            elif number >= self._next_row:
                found.append(line(row, log))
                self._next_row = _next_row(number)
        if found:
            self._wait()
        return found

    def _show(self, log) -> None:
        """The bar, or a sign of life."""
        best, left = log.best_row, self._left(log)
        parts = [f"epoch {log.epoch}" if self._on_terminal else log.place, left]
        parts.append(f"{log.cost_name} {log.cost:.4g}")
        if best is not None:
            value = log.printed(log.watched, best[log.watched])
            parts.append(f"best {log.called(log.watched)} {value}")
        text = ", ".join(filter(None, parts))
        if not self._on_terminal:
            say(text)
            return
        done, total = log.iteration + 1, log.last_iteration + 1
        if self._bar is None:
            options = {"file": sys.stderr, "leave": False, "dynamic_ncols": True}
            self._bar = tqdm(desc=text, total=total, initial=done, bar_format=BAR, **options)
        self._bar.n, self._bar.total = done, total
        self._bar.set_description_str(text)

    def _left(self, log) -> str:
        """How much longer the run takes, once there is something to tell it from."""
        seconds = log.seconds - self._start
        rest = (log.last_iteration - log.iteration) / (log.iteration - self._first)
        return f"{tqdm.format_interval(seconds * rest)} left" if seconds >= 1 else ""

    def _print(self, *texts: str) -> None:
        for text in texts:
            tqdm.write(text, file=sys.stdout)
        sys.stdout.flush()


def line(row: dict, log) -> str:
    """One row of the log in a line.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=83, watched="valid_error", n_examples={"valid": 1000})
    >>> log.append({"epoch": 1, "minibatch": 82, "valid_error": 0.1, "best": True})
    >>> log.append({"epoch": 2, "minibatch": 40, "valid_error": 0.2, "best": False})
    >>> for row in log.rows:
    ...     print(line(row, log))
    epoch 1: validation error 10.0 %
    epoch 2 (41 of 83 minibatches): validation error 20.0 % (best: 10.0 % in epoch 1)
    """
    start, end = place(row["epoch"], row["minibatch"], log.n_batches), ""
    best, names = log.best_row, _numbers(row)
    if best is not None and best is not row:
        value = log.printed(log.watched, best[log.watched])
        end = f" (best: {value} in epoch {best['epoch']})"
    least = LEADER if len(names) <= MANY else CHIEF  # of few, whatever the width
    n_least = sum(_rank(name, log) <= least for name in names)
    for n in range(min(MANY, len(names)), n_least - 1, -1):
        shown = _first(n, names, log)
        texts = [f"{log.called(name)} {log.printed(name, row[name])}" for name in shown]
        texts += [f"{len(names) - n} more"] if n < len(names) else []
        text = f"{start}: {', '.join(texts)}{end}"
        if len(text) <= WIDTH:
            break
    return text


def summary(log) -> list[str]:
    """What is to be said when a run has ended: the best values, why it ended, how long it took.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=10, watched="valid_error", stop_reason="max_epochs = 3 reached")
    >>> log.append({"epoch": 1, "iteration": 9, "valid_error": 0.25, "best": True})
    >>> log.move_to(29)
    >>> log.set_seconds(6.0)
    >>> for line in summary(log):
    ...     print(line)
    Best validation error 25 % in epoch 1
    Stopped in epoch 3 at iteration 29: max_epochs = 3 reached
    Trained for 6.0 s, 0.5 epochs/s
    """
    best, lines = log.best_row, []
    if best is not None:
        names = [log.watched, *_tests(best, log)]
        values = ", ".join(f"{log.called(name)} {log.printed(name, best[name])}" for name in names)
        lines.append(f"Best {values} in epoch {best['epoch']}{_counted(log, names)}")
    lines += _end(log, f"at iteration {log.iteration}")
    if log.stop_reason == "interrupted" and log.resumable:
        lines.append("To go on, give the same command with --resume (in Python, resume=True)")
    return lines


def tutorial_lines(row: dict, log) -> list[str]:
    """The classic tutorials' lines for one row of the log.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=83, watched="valid_error")
    >>> tutorial_lines({"epoch": 2, "minibatch": 82, "valid_error": 0.125, "best": False}, log)
    ['epoch 2, minibatch 83/83, validation error 12.500000 %']
    >>> row = {"epoch": 2, "minibatch": 82, "train_cost": 0.25, "penalty": 0.5}
    >>> tutorial_lines(row, Log(n_batches=83))
    ['epoch 2, minibatch 83/83, cost 0.250000, penalty 0.500000']
    """
    where = f"epoch {row['epoch']}, minibatch {row['minibatch'] + 1}/{log.n_batches}"
    if log.watched is None:
        names = _first(MANY, _numbers(row), log)
        return [", ".join([where, *(f"{log.called(name)} {_exact(name, row)}" for name in names)])]
    return [
        f"{where}, {log.called(log.watched)} {_exact(log.watched, row)}",
        *(
            f"     {where}, {log.called(name)} of best model {_exact(name, row)}"
            for name in _tests(row, log)
        ),
    ]


def tutorial_summary(log) -> list[str]:
    """The same as `summary`, as the classic tutorials say it: iterations count from 1."""
    best, lines = log.best_row, []
    if best is not None:
        word = "interrupted" if log.stop_reason == "interrupted" else "complete"
        text = f"Optimization {word}. Best validation score of {_exact(log.watched, best)} "
        text += f"obtained at iteration {best['iteration'] + 1}"
        tests = [name for name in best if name.startswith("test_")]
        if tests:
            text += f", with test performance {_exact(tests[0], best)}"
        lines.append(text)
    return [*lines, *_end(log, f"(iteration {log.iteration + 1})")]


def _end(log, iteration: str) -> list[str]:
    rate = (log.iteration + 1) / log.n_batches / log.seconds if log.seconds else 0.0
    where = (
        f"in epoch {log.epoch} {iteration}" if log.iteration >= 0 else "before anything was done"
    )
    return [
        f"Stopped {where}: {log.stop_reason}",
        f"Trained for {duration(log.seconds)}, {rate:.3g} epochs/s",
    ]


def _counted(log, names: list[str]) -> str:
    """On how many examples the rates among these were counted."""
    splits = dict.fromkeys(name.partition("_")[0] for name in names if is_rate(name))
    counts = [f"{log.n_examples[split]:,}" for split in splits if split in log.n_examples]
    return f", counted on {' and '.join(counts)} examples" if counts else ""


def _numbers(row: dict) -> list[str]:
    """The names of what was measured, and the cost."""
    return [name for name in row if name not in POSITION or name == "train_cost"]


def _tests(row: dict, log) -> list[str]:
    """The names of what was measured on the test set, the four that say most."""
    return _first(MANY - 2, [name for name in row if name.startswith("test_")], log)


def _first(n: int, names: list[str], log) -> list[str]:
    """The `n` of these names that say most of a run, in their own order."""
    chosen = sorted(names, key=lambda name: _rank(name, log))[:n]
    return [name for name in names if name in chosen]


def _rank(name: str, log) -> int:
    """How much a channel says of a run: 0 the most."""
    if name in ("train_cost", log.watched):
        return CHIEF
    measure = measure_of(name)
    if log.watched is not None and measure == measure_of(log.watched):
        return KIN
    return LEADER if measure != name and measure.split("_")[-1] in LEADING else REST


def _exact(name: str, row: dict) -> str:
    return f"{100 * row[name]:f} %" if is_rate(name) else f"{row[name]:f}"


def _next_row(n: int) -> int:
    """The number of the next row to be printed when `n` are there.

    Examples
    --------
    >>> [_next_row(n) for n in (0, 1, 4, 5, 7, 100)]
    [1, 2, 5, 7, 9, 118]
    """
    number = 1
    while number <= n:
        number = max(number + 1, math.ceil(GROWTH * number))
    return number
