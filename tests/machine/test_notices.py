"""Notices, bars and the spinner: on a terminal and elsewhere."""

import io
import os
import shlex
import subprocess
import sys
import threading
import time

import pytest

from dltut.machine.notices import bar, say, spinner


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_lines_go_to_standard_error(capsys):
    say("took the embedded digits")
    assert capsys.readouterr() == ("", "took the embedded digits\n")


def test_a_bar_draws_on_terminals_only(monkeypatch, capsys):
    with bar(3, "epoch 1") as quiet:
        quiet.update(2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar(3_000_000, "download", unit="B") as shown:
        shown.update(1_500_000)
        shown.refresh()
    assert "download:  50%" in sys.stderr.getvalue() and "1.50M/3.00M" in sys.stderr.getvalue()


def test_what_is_quick_says_nothing(capsys):
    with spinner("compiling"):
        pass
    assert capsys.readouterr().err == ""


def test_what_is_slow_says_so_once(capsys):
    with spinner("compiling", after=0.01):
        time.sleep(0.1)
    assert capsys.readouterr().err == "compiling ...\n"


def test_it_turns_on_a_terminal_and_wipes_its_line(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(ZeroDivisionError), spinner("compiling", after=0.01):
        time.sleep(0.3)
        raise ZeroDivisionError
    drawn = sys.stderr.getvalue()
    assert drawn.startswith("\r| compiling (0 s)") and "\r/ compiling" in drawn
    assert drawn.endswith("\r\x1b[K")


class Broken(io.StringIO):
    """A standard error that a full disk or a closed window is behind."""

    def __init__(self, error, is_terminal=True):
        super().__init__()
        self.error, self.is_terminal = error, is_terminal

    def isatty(self):
        return self.is_terminal

    def write(self, text):
        raise self.error


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left"), OSError(5, "EIO"), BrokenPipeError(), ValueError("closed")],
)
def test_nobody_s_news_stop_no_work(monkeypatch, error, is_terminal):
    failed = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    monkeypatch.setattr(sys, "stderr", Broken(error, is_terminal))
    say("a line")
    with spinner("compiling", after=0.01):
        time.sleep(0.05)
    assert not failed


def closed():
    file = io.StringIO()
    file.close()
    return file


@pytest.mark.parametrize("stream", [None, closed(), object()], ids=["none", "closed", "no file"])
def test_no_standard_error_at_all(monkeypatch, stream, capsys):
    monkeypatch.setattr(sys, "stderr", stream)
    if type(stream) is not object:
        say("a line")
    with bar(3, "epoch 1") as quiet, spinner("compiling", after=60):
        quiet.update()
    assert quiet.disable and capsys.readouterr().out == ""


def test_lines_cannot_steer_a_terminal(monkeypatch, capsys):
    say("data: \x1b[2J\x1b]0;title\x07 of 数\r\nnext" + "." * 10_000)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(r"data: \x1b[2J\x1b]0;title\x07 of 数\r\nnext") and len(line) < 2100
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar(3, "reading a\x1bb\n") as shown, spinner("compiling \x1b]", after=0.01):
        shown.refresh()
        time.sleep(0.05)
    assert r"reading a\x1bb\n:" in sys.stderr.getvalue()


def test_a_spinner_keeps_off_the_line_of_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar(3, "epoch 1"), spinner("compiling", after=0.01):
        time.sleep(0.05)
    assert "compiling ...\n" in sys.stderr.getvalue() and "| compiling" not in sys.stderr.getvalue()


def test_one_spinner_at_a_time(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with spinner("outer", after=0.01), spinner("inner", after=0.01):
        time.sleep(0.05)
    assert "outer" in sys.stderr.getvalue() and "inner" not in sys.stderr.getvalue()


PROGRAM = """
import sys, time
from dltut.machine.notices import say, spinner
say("\\xfcn\\xef")
with spinner("x", 0.01):
    time.sleep(0.05)
sys.exit(7)
"""


def test_a_program_goes_on_without_its_standard_streams(repository):
    python = f"exec {sys.executable} -c {shlex.quote(PROGRAM)}"
    environment = os.environ | {"PYTHONPATH": str(repository), "PYTHONIOENCODING": "ascii"}
    for redirected in ("2>&-", "2>/dev/full", ">&- 2>&-"):
        done = subprocess.run(["bash", "-c", f"{python} {redirected}"], env=environment)
        assert done.returncode == 7, redirected
