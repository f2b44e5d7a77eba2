"""Notices, bars and the spinner: on a terminal and elsewhere."""

import io
import sys
import time

import pytest

from dltut.machine.progress import bar, say, spinner


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
