"""Watching a run: from another process, under a terminal, without ever being in its way."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from contextlib import contextmanager

import pytest

from dltut.commands import cli
from dltut.commands.watch import Watched
from dltut.exceptions import InputError
from dltut.training import Checkpoint, Log, Monitor, Trainer
from dltut.training.log import write_log

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"

# Trains as long as it is told to: a line on standard input is an epoch.
TRAINING = """
import json, sys
from dltut.training import Log, RunFolder
from dltut.training.log import append_log, write_log
folder, log = RunFolder(sys.argv[1]), Log(n_batches=10)
folder.lock()
arguments = {"max_epochs": 8, "batch_size": 20}
folder.config.write_text(json.dumps({"name": "mlp", "arguments": arguments}))
print("ready", flush=True)
for epoch, _ in enumerate(sys.stdin, start=1):
    row = {"epoch": epoch, "minibatch": 9, "iteration": 10 * epoch - 1, "train_cost": 2 / epoch}
    log.append(row | {"valid_error": 0.5 / epoch, "best": True, "test_error": 0.6 / epoch})
    log.clock[-1] = float(epoch)
    write_log(folder, log) if epoch == 1 else append_log(folder, log, epoch - 1)
    print("epoch", epoch, flush=True)
folder.unlock()
"""


class Training:
    """A process that trains into a folder, an epoch at a time."""

    def __init__(self, folder):
        command = [sys.executable, "-c", TRAINING, str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "ready\n"

    def epoch(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().startswith("epoch")

    def end(self):
        self.process.communicate()
        assert self.process.returncode == 0


@contextmanager
def training(folder):
    """One that has ended or is killed at the end of the block."""
    one = Training(folder)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


class Terminal:
    """A program under a terminal of that size, and what it has written so far."""

    def __init__(self, arguments, columns=60, lines=24, **environment):
        self.main, self.side = pty.openpty()
        termios.tcsetwinsize(self.side, (lines, columns))
        self.before = termios.tcgetattr(self.side)
        environment = {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"} | environment
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dltut", "watch", *map(str, arguments)],
            stdin=self.side,
            stdout=self.side,
            stderr=self.side,
            env={name: os.environ[name] for name in {*os.environ} - {"COLUMNS", "LINES"}}
            | environment,
            start_new_session=True,
        )
        self.text = ""

    def read(self, seconds):
        if select.select([self.main], [], [], seconds)[0]:
            self.text += os.read(self.main, 1 << 16).decode(errors="replace")

    def until(self, pattern, seconds=60):
        """Read on until the frame that is drawn last has a pattern in it."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.frame):
            assert time.monotonic() < end and self.process.poll() is None, self.text
            self.read(0.2)

    @property
    def frame(self):
        """What was drawn last and whole, without colours."""
        whole = self.text.rpartition("\x1b[J")[0].rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;]*[mK]", "", whole)

    def ended(self, seconds=120):
        """The exit status, after everything was read."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        self.read(0.2)
        return self.process.wait(0)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.main)
        os.close(self.side)


@pytest.fixture
def terminal():
    """Opens terminals, and closes them."""
    opened = []

    def open_one(*arguments, **options):
        opened.append(Terminal(arguments, **options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def make_run(folder, errors=(0.5, 0.25, 0.3)):
    folder.mkdir(parents=True)
    log, least = Log(n_batches=10), 1.0
    for i, error in enumerate(errors):
        row = {"epoch": i + 1, "minibatch": 9, "iteration": 10 * i + 9, "train_cost": 2.0 - i}
        log.append(row | {"valid_error": error, "best": error < least})
        least = min(error, least)
    log.clock = [40.0 * (i + 1) for i in range(len(errors))]
    write_log(folder, log)
    return folder


def test_a_terminal_is_redrawn_in_place(tmp_path, terminal):
    with training(tmp_path / "mlp") as run:
        screen = terminal(tmp_path / "mlp", "--every", "0.1", columns=60)
        screen.until("waiting for its first row")
        assert screen.text.startswith(ENTER)
        for epoch in range(1, 5):
            run.epoch()
            screen.until(f"epoch {epoch} of 8")
        lines = screen.frame.split("\r\n")
        assert max(map(len, lines)) <= 60 and len(lines) <= 24
        assert lines[1].strip() == "4.0 s, 1 epochs/s, at most 4.0 s left"
        assert lines[2].strip() == "best: validation error 12.5 %, test error 15 % in epoch 4"
        assert any("⠑" in line or "⢄" in line or "⠢" in line for line in lines)
        termios.tcsetwinsize(screen.side, (40, 110))  # the window grows
        screen.until(r"training cost .* error \(%\)")
        run.end()  # and so does it
        assert screen.ended() == 0
    _, _, behind = screen.text.rpartition(LEAVE)
    assert "mlp  epoch 4 of 8" in re.sub(r"\x1b\[[0-9;]*m", "", behind)
    assert "not training now" in behind and "\x1b[H" not in behind
    assert termios.tcgetattr(screen.side) == screen.before


@pytest.mark.parametrize("how", ["Ctrl-C", "q", "SIGTERM"])
def test_leaving_leaves_the_terminal_clean(tmp_path, terminal, how):
    with training(tmp_path / "mlp") as run:
        run.epoch()
        screen = terminal(tmp_path / "mlp", "--every", "5")
        screen.until("epoch 1 of 8")
        assert not termios.tcgetattr(screen.side)[3] & termios.ECHO
        if how == "q":
            os.write(screen.main, b"xq")
        else:
            screen.process.send_signal(signal.SIGINT if how == "Ctrl-C" else signal.SIGTERM)
        status = screen.ended(4)  # at once
        assert status == (128 + signal.SIGTERM if how == "SIGTERM" else 0)
        assert screen.text.count(ENTER) == screen.text.count(LEAVE) == 1
        assert "Traceback" not in screen.text and "interrupted" not in screen.text
        assert termios.tcgetattr(screen.side) == screen.before
        run.epoch()  # the training has not noticed
        run.end()


def test_what_is_wrong_is_said_on_the_clean_terminal(tmp_path, terminal):
    with training(tmp_path / "mlp") as run:
        run.epoch()
        screen = terminal(tmp_path / "mlp", "--every", "0.1")
        screen.until("epoch 1 of 8")
        with (tmp_path / "mlp" / "log.jsonl").open("a") as file:
            file.write("{]\n")
        assert screen.ended() == 1
    *_, last = screen.text.rpartition(LEAVE)[2].splitlines()
    assert last.startswith("error: ") and "log.jsonl is damaged in line 2" in last


@pytest.mark.slow
def test_a_terminal_without_colours_or_letters(tmp_path, terminal):
    run = make_run(tmp_path / "run")
    screen = terminal(run, NO_COLOR="1", PYTHONIOENCODING="ascii")
    assert screen.ended() == 0
    assert "\x1b[3" not in screen.text.replace(ENTER, "") and "*" in screen.text
    dumb = terminal(run, TERM="dumb")
    assert dumb.ended() == 0 and "\x1b" not in dumb.text
    assert dumb.text.splitlines()[0].startswith("epoch 1, 40.0 s, train_cost 2")


def test_off_a_terminal_a_row_is_a_line(tmp_path):
    with training(tmp_path / "mlp") as run:
        run.epoch()
        command = [sys.executable, "-u", "-m", "dltut", "watch", str(tmp_path / "mlp")]
        command += ["--every", "0.1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
            first = "epoch 1, 1.0 s, train_cost 2, valid_error 50 %, test_error 60 %, best\n"
            assert watching.stdout.readline() == first
            run.epoch()
            assert watching.stdout.readline().startswith("epoch 2, 2.0 s, train_cost 1, ")
            run.end()
            assert watching.communicate(timeout=30) == ("", None)
            assert watching.returncode == 0


def test_several_runs_that_have_ended(tmp_path, capsys):
    runs = [make_run(tmp_path / "a" / "mlp", (0.5,)), make_run(tmp_path / "b" / "mlp", (0.4, 0.6))]
    cli.main(["watch", *map(str, runs)])
    assert capsys.readouterr().out.splitlines() == [
        "a: epoch 1, 40.0 s, train_cost 2, valid_error 50 %, best",
        "b: epoch 1, 40.0 s, train_cost 2, valid_error 40 %, best",
        "b: epoch 2, 1 min 20 s, train_cost 1, valid_error 60 %",
    ]
    cli.main(["watch", str(runs[0]), "--channels", "train_cost"])
    assert capsys.readouterr().out == "epoch 1, 40.0 s, train_cost 2, best\n"


def test_once_is_all_of_it_as_text(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    with training(tmp_path / "mlp") as run:
        run.epoch()
        cli.main(["watch", str(tmp_path / "mlp"), "--once", "--channels", "train_cost"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("● mlp  epoch 1 of 8") and max(map(len, lines)) <= 70
    assert sum("training cost" in line for line in lines) == 1
    assert not any("\x1b" in line or "(%)" in line for line in lines)


def page_of(path):
    text = path.read_text()
    return re.search('data-refresh="(.*?)"', text)[1], text.count("<polyline"), text


def test_the_page_is_written_while_the_run_goes_on(tmp_path):
    """Whenever it is looked at it is whole, and the training waits for nothing."""
    page = tmp_path / "pages" / "live.html"
    with training(tmp_path / "mlp") as run:
        command = [sys.executable, "-m", "dltut", "watch", str(tmp_path / "mlp")]
        command += ["--every", "0.05", "--html", str(page)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as watching:
            for epoch in range(4):
                if epoch:
                    run.epoch()
                expected = f"{epoch} of 8" if epoch else "waiting for its first row"
                end = time.monotonic() + 60
                while not (page.exists() and expected in page_of(page)[2]):
                    assert time.monotonic() < end and watching.poll() is None
                    time.sleep(0.01)
                refresh, n_lines, text = page_of(page)
                assert text.endswith("</html>\n") and refresh == "1"
                assert n_lines == (9 if epoch else 0)  # three channels over three axes
            run.end()
            assert watching.wait(30) == 0
    refresh, _, text = page_of(page)
    assert refresh == "0" and "not training now" in text
    assert [path.name for path in page.parent.iterdir()] == ["live.html"]


def test_a_page_is_written_once_and_only_if_there_is_something_new(tmp_path, capsys):
    run, page = make_run(tmp_path / "run"), tmp_path / "page.html"
    cli.main(["watch", str(run), "--html", str(page), "--once"])
    assert capsys.readouterr().err == f"page: {page}\n"
    assert page_of(page)[:2] == ("0", 6)


def test_why_it_ended_comes_from_the_checkpoint(tmp_path):
    extensions = [Monitor(lambda: 0.5), Checkpoint(tmp_path / "run")]
    Trainer(lambda i: 1.0, 5, extensions=extensions).run(max_epochs=2)
    [standing] = Watched("run", tmp_path / "run").look()
    assert standing.state == "ended: max_epochs = 2 reached" and not standing.is_training
    (tmp_path / "run" / "last.ckpt").write_bytes(b"")
    [standing] = Watched("run", tmp_path / "run").look()
    assert standing.state == "not training now"


def test_parts_are_watched_as_they_come(tmp_path):
    """A run that pretrains: the parts that are done, and the one that is trained now."""
    with training(tmp_path / "sda") as run:
        make_run(tmp_path / "sda" / "layer0"), make_run(tmp_path / "sda" / "layer1")
        watched = Watched("sda", tmp_path / "sda")
        seen = [(each.name, each.is_training, each.max_epochs) for each in watched.look()]
        assert seen == [("sda/layer0", False, None), ("sda/layer1", True, None)]
        run.epoch()
        seen = [(each.name, each.is_training, each.max_epochs) for each in watched.look()]
        assert seen == [("sda/layer0", False, None), ("sda/layer1", False, None), ("sda", True, 8)]


def test_a_quick_run_does_not_say_how_long_it_takes(tmp_path):
    run = make_run(tmp_path / "run")
    for arguments, limit in (
        ({"max_epochs": 5}, 5),
        ({"max_epochs": 5, "quick": True}, None),
        ({"max_epochs": "5"}, None),
        ({}, None),
    ):
        (run / "config.json").write_text(json.dumps({"name": "mlp", "arguments": arguments}))
        assert Watched("run", run).look()[0].max_epochs == limit
    (run / "config.json").write_text("{")
    assert Watched("run", run).look()[0].max_epochs is None


def test_a_run_without_a_row_is_no_silence(tmp_path, capsys):
    Trainer(lambda i: 1.0, 5, extensions=[Checkpoint(tmp_path / "run")]).run(max_epochs=0)
    cli.main(["watch", str(tmp_path / "run")])
    assert capsys.readouterr().out == "run: ended: max_epochs = 0 reached, without a row\n"


def test_what_cannot_be_watched(tmp_path, capsys):
    with pytest.raises(InputError, match=r"holds no log\.jsonl, and nobody trains there"):
        Watched("run", tmp_path).look()
    for arguments, status, said in (
        ([], 2, "no run is named"),
        ([tmp_path / "nowhere"], 1, "nobody trains there"),
        ([make_run(tmp_path / "run"), "--once", "--channels", "vald_error"], 2, "did you mean"),
        ([tmp_path / "run", "--channels", "vald_error"], 2, "did you mean"),
        ([tmp_path / "run", "--every", "-1"], 2, "every"),
        ([tmp_path / "run", "--html", tmp_path, "--once"], 2, "could not be written"),
    ):
        with pytest.raises(SystemExit) as end:
            cli.main(["watch", *map(str, arguments)])
        shown = capsys.readouterr()
        assert end.value.code == status and said in shown.err and shown.err.count("error: ") == 1
