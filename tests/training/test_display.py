import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import numpy as np
import pytest

from dltut.training import Log, Monitor, Progress, Trainer
from dltut.training.display import summary

COMPLETE = (
    "Optimization complete. Best validation score of 7.500000 % obtained at iteration 249, "
    "with test performance 7.489583 %"
)


class Error:
    def __init__(self, values, n_examples):
        self.values, self.n_examples = iter(values), n_examples

    def mean(self):
        return next(self.values)


def train(max_epochs=3, **options):
    monitor = Monitor(Error([0.5, 0.5, 0.075], 10000), Error([0.4, 0.07489583], 9600))
    made = Trainer(lambda index: 1.0, 83, [Progress(**options), monitor])
    made.run(max_epochs)
    return made


def test_the_tutorials_lines(capsys):
    train()
    out, err = capsys.readouterr()
    *rows, counted, stopped, time = out.splitlines()
    assert rows == [
        "epoch 1, minibatch 83/83, validation error 50.000000 %",
        "     epoch 1, minibatch 83/83, test error of best model 40.000000 %",
        "epoch 2, minibatch 83/83, validation error 50.000000 %",
        "epoch 3, minibatch 83/83, validation error 7.500000 %",
        "     epoch 3, minibatch 83/83, test error of best model 7.489583 %",
        COMPLETE,
    ]
    assert counted == "Errors counted on 10,000 validation and 9,600 test examples"
    assert stopped == "Stopped in epoch 3 (iteration 249): max_epochs = 3 reached"
    assert re.fullmatch(r"Trained for \d+\.\d s, [\d.e+]+ epochs/s", time)
    assert err == ""


def test_a_resumed_run_says_where_it_goes_on(capsys):
    made = train(max_epochs=1)
    capsys.readouterr()
    made.run(2)
    assert capsys.readouterr().out.startswith(
        "going on after epoch 1, minibatch 83/83\nepoch 2, minibatch 83/83, validation error 50.0"
    )


def test_long_epochs_give_signs_of_life(capsys):
    Trainer(lambda index: 0.25, 3, [Progress(line_every=0)]).run(1)
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 3
    assert re.fullmatch(r"epoch 1, minibatch 2/3, cost 0.25, \S+ minibatches/s", err[1])


def test_without_errors_the_cost_is_shown(capsys):
    Trainer(lambda index: 60.25, 3, [Progress(), Monitor()]).run(1)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "epoch 1, minibatch 3/3, cost 60.250000"
    assert out[1].startswith("Stopped in epoch 1")


def test_divergence_is_said(capsys):
    Trainer(lambda index: np.nan, 3, [Progress()]).run(1)
    assert (
        "Stopped in epoch 1 (iteration 1): the cost is not finite after epoch 1, minibatch 1/3: "
        "lower the learning rate" in capsys.readouterr().out
    )


def test_an_interrupted_run_is_not_called_complete():
    log = Log(n_batches=2, stop_reason="interrupted")
    log.append({"iteration": 1, "valid_error": 0.5, "best": True})
    assert summary(log)[0].startswith("Optimization interrupted. Best validation score")


@pytest.mark.parametrize(
    ("seconds", "text"), [(59.94, "59.9 s"), (61, "1 min 1 s"), (5840.4, "1 h 37 min 20 s")]
)
def test_durations(seconds, text):
    log = Log(n_batches=2, stop_reason="enough")
    log.set_seconds(seconds)
    assert f"Trained for {text}," in summary(log)[-1]


PROGRAM = """
import time
from dltut.training import Monitor, Progress, Trainer
step = lambda index: time.sleep(0.02) or 0.5
Trainer(step, 20, [Monitor(lambda: 0.125), Progress()]).run(2)
"""


def test_a_bar_on_a_terminal(python_path):
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=python_path,
    )
    os.close(terminal)
    drawn = b"".join(_read_all(master)).decode()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "| epoch 2, minibatch " in drawn
    assert re.search(r"minibatch \d+/20, cost 0.5, best validation error 12.50 %, ", drawn)
    assert b"epoch 2, minibatch 20/20, validation error 12.500000 %\n" in out


def _read_all(master):
    with contextlib.suppress(OSError):  # the end of a terminal is an error
        while text := os.read(master, 4096):
            yield text
    os.close(master)
