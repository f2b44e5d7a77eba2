"""Runs while they train, or afterwards: in the terminal, and as a page for a browser."""

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Literal

from dltut.commands.runs import reading, short_names
from dltut.exceptions import InputError, printable
from dltut.machine.arguments import Amount
from dltut.machine.channels import printed
from dltut.machine.files import atomic, is_file, is_there
from dltut.machine.notices import say
from dltut.machine.stopwatch import duration
from dltut.training import Follower, RunFolder, is_training, read_config, read_run
from dltut.viz import Standing, live_page, terminal_view
from dltut.viz.curves import COUNTS, panels_of

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = None

SOONEST = 0.05  # seconds from one look to the next
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # a screen of its own, no cursor
TOP, END, REST = "\x1b[H", "\x1b[K\r\n", "\x1b[J"  # to the top; empty the rest of a line, of all


def watch(
    *runs: Path,
    html: Path | None = None,
    once: bool = False,
    channels: str | None = None,
    x: Literal["epoch", "batch", "second"] = "epoch",
    every: Amount = 1.0,
) -> None:
    """Show how runs go on while they train: curves, the best so far, the time left.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    html : path
        A page for a browser is written there, and anew whenever a run has measured.
    once : bool
        Draw what there is, and leave.
    channels : str
        What is drawn, such as train_cost,valid_error; default: costs and rates.
    x : str
        The horizontal axis.
    every : float
        Seconds from one look at the files to the next.

    Notes
    -----
    It ends when the runs have ended; q or Ctrl-C ends it sooner, and the training goes on. Off a
    terminal it prints a line for each new row. Nothing of a run is written or locked: the training
    never waits.
    """
    names = None if channels is None else [each.strip() for each in channels.split(",")]
    watched = [Watched(*each) for each in zip(short_names(runs), runs, strict=True)]
    with reading():
        standings = _look(watched)
    broken = None
    with ExitStack() as around, suppress(KeyboardInterrupt):
        view = around.enter_context(_view(names, x, once))
        page = Page(html, names, x, every) if html else None
        while broken is None:
            goes_on = not once and any(each.is_training for each in standings)
            if page:
                page.show(standings, goes_on)
            view.show(standings)
            if not goes_on or view.wait(max(every, SOONEST)):
                break
            try:
                standings = _look(watched)
            except InputError as error:  # to be told when the terminal is as it was
                broken = error
    if broken:
        with reading():
            raise broken


class Watched:
    """A run that is looked at from time to time, with those of its parts that have a log.

    Parameters
    ----------
    name : str
        What it is called.
    run_dir : path
    """

    def __init__(self, name: str, run_dir: Path):
        self.name, self.folder = name, RunFolder(run_dir)
        self._followers: dict[Path, Follower] = {}
        self._endings: dict[Path, str] = {}

    def look(self) -> list[Standing]:
        """Where it stands now, its parts first, as they were trained.

        Raises
        ------
        InputError
            If there is nothing to watch, or a file is damaged.
        """
        goes_on = is_training(self.folder)  # asked first: afterwards there is no row more
        main = [self.folder] if is_there(self.folder.log) else []
        logs = [*self.folder.parts, *main]
        if not logs and not goes_on:
            raise InputError(
                f"{self.folder} holds no {self.folder.log.name}, and nobody trains there: name the "
                "folder of a run, such as runs/mlp"
            )
        if not logs:
            return [Standing(self.name, {}, "waiting for its first row", True)]
        return [self._standing(each, goes_on and each is logs[-1]) for each in logs]

    def _standing(self, folder: RunFolder, goes_on: bool) -> Standing:
        follower = self._followers.setdefault(folder.path, Follower(folder))
        follower.read()
        is_main = folder is self.folder
        name = self.name if is_main else f"{self.name}/{folder.path.name}"
        if goes_on:
            self._endings.pop(folder.path, None)
            state = "training" if len(follower) else "waiting for its first row"
        else:
            if folder.path not in self._endings:
                self._endings[folder.path] = _ending(folder)
            state = self._endings[folder.path]
        limit = self._max_epochs() if is_main else None
        return Standing(name, follower.columns, state, goes_on, limit)

    def _max_epochs(self) -> int | None:
        """After how many epochs it ends at the latest; a quick run says nothing of that."""
        with suppress(InputError):
            arguments = read_config(self.folder)["arguments"]
            limit = arguments.get("max_epochs")
            if isinstance(limit, int) and limit > 0 and not arguments.get("quick"):
                return limit
        return None


class Page:
    """A page for a browser, written anew when there is something new.

    Parameters
    ----------
    path : path
    channels : list of str, optional
    x : str
        The horizontal axis at first.
    every : float
        After how many seconds a browser looks for a newer page.
    """

    def __init__(self, path: Path, channels: Sequence[str] | None, x: str, every: float):
        self.path, self.channels, self.x, self.every = path, channels, x, every
        self._shown = None

    def show(self, standings: list[Standing], goes_on: bool) -> None:
        """Write the page, unless it stands there already.

        Parameters
        ----------
        standings : list of Standing
        goes_on : bool
            Whether there will be more.
        """
        new = [goes_on, *((each.name, each.state, each.n_rows) for each in standings)]
        if new == self._shown:
            return
        if self._shown is None:
            say(f"page: {self.path}")
        self._shown = new
        refresh = max(1.0, self.every) if goes_on else None
        text = live_page(standings, self.channels, self.x, refresh, time.strftime("%H:%M:%S"))
        with atomic(self.path, "w") as file:
            file.write(text)


class Rows:
    """A line for each row, where standard output is no terminal.

    Parameters
    ----------
    channels : list of str, optional
        What is printed; everything unless given.
    """

    def __init__(self, channels: Sequence[str] | None = None):
        self.channels = channels
        self._n_shown: dict[str, int] = {}

    def __enter__(self):
        """Itself."""
        return self

    def __exit__(self, kind, error, traceback) -> None:
        """Nothing is left to do."""

    def show(self, standings: list[Standing]) -> None:
        """Print the rows that are new.

        Raises
        ------
        InputError
            If a channel is unknown.
        """
        if self.channels is not None and any(each.n_rows for each in standings):
            panels_of({each.name: each.columns for each in standings}, self.channels)
        for each in standings:
            first = self._n_shown.get(each.name, 0)
            for row in range(first, each.n_rows):
                print(_line(each, row, len(standings) > 1, self.channels))
            if not each.n_rows and not each.is_training:
                print(f"{printable(each.name)}: {each.state}, without a row")
            self._n_shown[each.name] = each.n_rows
            if each.n_rows < first:  # it was resumed from its checkpoint
                print(f"{printable(each.name)}: goes on from row {each.n_rows}")
        sys.stdout.flush()

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether somebody wants to leave."""
        time.sleep(seconds)
        return False


class Text(Rows):
    """All of it once, as text without colours.

    Parameters
    ----------
    channels : list of str, optional
    x : str
        The horizontal axis.
    """

    def __init__(self, channels: Sequence[str] | None, x: str):
        super().__init__(channels)
        self.x = x

    def show(self, standings: list[Standing]) -> None:
        """Print curves, in the width of the terminal or 80 letters."""
        size = shutil.get_terminal_size()
        colour = sys.stdout.isatty() and _has_colours()
        size = size.columns, max(size.lines - 1, 12 + 3 * len(standings))
        lines = terminal_view(standings, *size, self.channels, self.x, colour, _is_plain())
        print("\n".join(lines), flush=True)


class Screen(Text):
    """A terminal, redrawn in place; when it is left, the last drawing stands where it began."""

    def __init__(self, channels: Sequence[str] | None, x: str):
        super().__init__(channels, x)
        self._last: list[Standing] = []
        self._around = ExitStack()

    def __enter__(self):
        """Take the screen."""
        if termios and sys.stdin is not None and sys.stdin.isatty():
            before = termios.tcgetattr(sys.stdin)
            self._around.callback(termios.tcsetattr, sys.stdin, termios.TCSADRAIN, before)
            tty.setcbreak(sys.stdin)  # keys are not shown, and q needs no Enter
        before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        self._around.callback(signal.signal, signal.SIGTERM, before)
        self._around.callback(self._write, LEAVE)
        self._write(ENTER)
        return self

    def __exit__(self, kind, error, traceback) -> None:
        """Give it back as it was, and print the last drawing."""
        self._around.close()
        if self._last and kind is None:
            super().show(self._last)

    def show(self, standings: list[Standing]) -> None:
        """Draw over what was drawn before."""
        self._last = standings
        size = shutil.get_terminal_size()
        size = size.columns, size.lines - 1
        lines = terminal_view(standings, *size, self.channels, self.x, _has_colours(), _is_plain())
        self._write(TOP + "".join(line + END for line in lines) + REST)

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether q was pressed."""
        if not (termios and sys.stdin is not None and sys.stdin.isatty()):
            return super().wait(seconds)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([sys.stdin], [], [], left)[0]:
                return False
            key = os.read(sys.stdin.fileno(), 1)
            if key in (b"q", b"Q", b""):
                return True
        return False

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _view(channels: Sequence[str] | None, x: str, once: bool) -> Rows:
    if once:
        return Text(channels, x)
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Screen(channels, x) if is_terminal else Rows(channels)


def _line(standing: Standing, row: int, several: bool, channels: Sequence[str] | None) -> str:
    """A row in words."""
    values = {name: float(column[row]) for name, column in standing.columns.items()}
    told = [f"epoch {values['epoch']:.0f}"] if "epoch" in values else []
    seconds = values.get("seconds", float("nan"))
    told += [duration(seconds)] * (seconds == seconds)
    told += [
        f"{name} {printed(name, value)}"
        for name, value in values.items()
        if value == value and name not in (*COUNTS, "best") and name in (channels or values)
    ]
    told += ["best"] * (values.get("best") == 1)
    return f"{printable(standing.name)}: " * several + ", ".join(told)


def _look(watched: Sequence[Watched]) -> list[Standing]:
    return [standing for each in watched for standing in each.look()]


def _ending(folder: RunFolder) -> str:
    """Why a run does not go on."""
    try:
        reason = read_run(folder).stop_reason if is_file(folder.checkpoint) else None
    except InputError:  # the log alone is enough to be watched
        reason = None
    return f"ended: {printable(reason)}" if reason else "not training now"


def _has_colours() -> bool:
    return not os.environ.get("NO_COLOR")


def _is_plain() -> bool:
    """Whether the terminal has letters of ASCII only."""
    return "utf" not in (sys.stdout.encoding or "").lower()
