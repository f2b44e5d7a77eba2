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

from dltut.exceptions import InputError
from dltut.training import Checkpoint, Extension, Log, Monitor, Progress, Trainer
from dltut.training.progress import line, summary, tutorial_lines

BEST = (
    "Best validation error 7.5 %, test error 7.49 % in epoch 3, counted on 1,000 and 9,600 examples"
)
COMPLETE = (
    "Optimization complete. Best validation score of 7.500000 % obtained at iteration 249, "
    "with test performance 7.489583 %"
)


class Measure:
    def __init__(self, values, n_examples):
        self.values, self.n_examples = iter(values), n_examples

    def mean(self):
        return next(self.values)


def train(max_epochs=3, **options):
    errors = Measure([0.5, 0.5, 0.075], 1000), Measure([0.4, 0.07489583], 9600)
    made = Trainer(lambda index: 1.0, 83, [Progress(**options), Monitor(*errors)])
    made.run(max_epochs)
    return made


def test_lines_and_summary(capsys):
    train()
    out, err = capsys.readouterr()
    *lines, time = out.splitlines()
    assert lines == [
        "epoch 1: cost 1, validation error 50.0 %, test error 40.00 %",
        "epoch 2: cost 1, validation error 50.0 % (best: 50.0 % in epoch 1)",
        "epoch 3: cost 1, validation error 7.5 %, test error 7.49 %",
        BEST,
        "Stopped in epoch 3 at iteration 248: max_epochs = 3 reached",
    ]
    assert re.fullmatch(r"Trained for \d+\.\d s, [\d.e+]+ epochs/s", time)
    assert err == ""


def test_the_tutorials_lines(capsys):
    train(verbose=True)
    *lines, _ = capsys.readouterr().out.splitlines()
    assert lines == [
        "epoch 1, minibatch 83/83, validation error 50.000000 %",
        "     epoch 1, minibatch 83/83, test error of best model 40.000000 %",
        "epoch 2, minibatch 83/83, validation error 50.000000 %",
        "epoch 3, minibatch 83/83, validation error 7.500000 %",
        "     epoch 3, minibatch 83/83, test error of best model 7.489583 %",
        COMPLETE,
        "Stopped in epoch 3 (iteration 249): max_epochs = 3 reached",
    ]


def test_a_long_run_prints_few_lines(capsys):
    monitor = Monitor(lambda: 0.5)
    Trainer(lambda index: 1.0, 1, [Progress(), monitor]).run(1000)
    whole = capsys.readouterr().out.splitlines()
    assert len(whole) <= 30
    epochs = [int(line.split()[1].rstrip(":")) for line in whole if line.startswith("epoch")]
    assert epochs[:8] == [1, 2, 3, 4, 5, 7, 9, 12] and epochs[-1] > 700
    made = Trainer(lambda index: 1.0, 1, [Progress(), Monitor(lambda: 0.5)])
    made.run(100)
    made.run(1000)  # the same epochs are shown, wherever the run was stopped
    again = capsys.readouterr().out.splitlines()
    assert [line for line in again if line.startswith("epoch")] == whole[: len(epochs)]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("valid_accuracy", 0.75, "validation accuracy 75 %"),
        ("valid_squared_error", 0.75, "validation squared error 0.75"),
        ("valid_error", 12.5, "validation error 12.5"),  # not a share, whatever it is called
    ],
)
def test_what_is_no_rate_is_no_percentage(name, value, text, capsys):
    monitor = Monitor({name: lambda: value}, watch=name)
    Trainer(lambda index: 1.0, 1, [Progress(), monitor]).run(1)
    assert capsys.readouterr().out.startswith(f"epoch 1: cost 1, {text}\nBest {text} in epoch 1\n")


def test_a_resumed_run_says_where_it_goes_on(capsys):
    made = train(max_epochs=1)
    capsys.readouterr()
    made.run(2)
    assert capsys.readouterr().out.startswith(
        "going on after epoch 1\nepoch 2: cost 1, validation error 50.0 %"
    )


def test_long_epochs_give_signs_of_life(capsys):
    Trainer(lambda index: 0.25, 3, [Progress(line_every=0)]).run(1)
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "epoch 1 (1 of 3 minibatches), cost 0.25"  # and later ones are rarer


MANY = {
    f"{split}_{measure}": 0.25
    for split in ("train", "valid", "test")
    for measure in ("x_max_u", "norms_min", "norms_max", "nll", "error")
}


def row_of(values, epoch, best):
    return {"epoch": epoch, "minibatch": 82, "train_cost": 0.5, **values, "best": best}


def test_of_many_channels_a_line_has_the_watched_errors_and_costs():
    log = Log(n_batches=83, watched="valid_error")
    log.append(row_of(MANY, 1, True))
    log.append(row_of(MANY, 2, False))
    errors = "training error 25 %, validation error 25 %, test error 25 %"
    assert [line(row, log) for row in log.rows] == [
        f"epoch 1: cost 0.5, training nll 0.25, {errors}, 11 more",
        f"epoch 2: cost 0.5, {errors}, 12 more (best: 25 % in epoch 1)",
    ]
    best = summary(log)[0]
    assert best.count("test") == 4 and "test nll 0.25, test error 25 % in epoch 1" in best


def test_a_line_is_never_longer_than_a_terminal_is_wide():
    log = Log(n_batches=2500, watched="valid_error")
    for n in range(60):
        long = {f"valid_layer{i}_largest_x_mean_u": 0.1234567 for i in range(n)}
        row = row_of({"valid_error": 0.25} | long, 1000, False) | {"minibatch": 1233}
        text = line(row, log)
        assert text.startswith("epoch 1000 (1234 of 2500 minibatches): cost 0.5, validation error")
        assert len(text) <= 120 and text.endswith(" more") == (n > 1)


def test_of_few_channels_all_errors_are_printed_whatever_the_width():
    names = [
        f"{split}_{kind}_error" for split in ("valid", "test") for kind in ("squared", "absolute")
    ]
    log = Log(n_batches=2500, watched=names[0])
    row = row_of(dict.fromkeys(names, 1234.5678), 100, False) | {"minibatch": 1233}
    text = line(row, log)
    assert "more" not in text and text.count("1235") == 4 and len(text) > 120


def test_the_tutorials_lines_of_many_channels():
    row = row_of(MANY, 1, True)
    first, *tests = tutorial_lines(row, Log(n_batches=83, watched="valid_error"))
    assert first.endswith("validation error 25.000000 %") and len(tests) == 4
    [text] = tutorial_lines(row, Log(n_batches=83))
    assert text.count("0.") == 4 and text.count("%") == 2


class Interrupt(Extension):
    def after_batch(self, trainer):
        trainer.stop("interrupted", final=False)


def test_ctrl_c_says_how_to_go_on(tmp_path, capsys):
    Trainer(float, 3, [Interrupt(), Progress(), Checkpoint(tmp_path)]).run(1)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "To go on, give the same command with --resume (in Python, resume=True)"
    )
    Trainer(float, 3, [Interrupt(), Progress()]).run(1)
    assert "resume" not in capsys.readouterr().out


def test_what_should_rise_is_not_called_a_cost(capsys):
    monitor = Monitor(cost_name="pseudo-likelihood")
    Trainer(lambda index: -60.25, 3, [Progress(), monitor]).run(1)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "epoch 1: pseudo-likelihood -60.25"
    assert out[1].startswith("Stopped in epoch 1")


def test_divergence_is_said(capsys):
    Trainer(lambda index: np.nan, 3, [Progress()]).run(1)
    assert (
        "Stopped in epoch 1 at iteration 0: the cost is not finite after epoch 1 (1 of 3 "
        "minibatches): lower the learning rate" in capsys.readouterr().out
    )


@pytest.mark.parametrize("line_every", [-1, float("nan"), "3"])
def test_seconds_that_are_none(line_every):
    with pytest.raises(InputError, match="line_every is"):
        Progress(line_every=line_every)


def test_durations():
    log = Log(n_batches=2, stop_reason="enough")
    log.set_seconds(61)
    assert summary(log)[-1].startswith("Trained for 1 min 1 s,")


PROGRAM = """
import time
from dltut.training import Monitor, Patience, Progress, Trainer
step = lambda index: time.sleep(0.03) or 0.5
Trainer(step, 20, [Monitor(lambda: 0.125), Patience(60), Progress()]).run(1000)
"""


def test_one_bar_for_the_whole_run_on_a_terminal(python_path):
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
    states = re.findall(r"\|([^|]{20})\| epoch (\d), ([^|\r]*)", drawn)
    assert {epoch for _, epoch, _ in states} >= {"1", "2", "3"}
    filled = [len(bar.rstrip()) for bar, _, _ in states]  # to the end of patience, not of an epoch
    assert filled == sorted(filled) and filled[-1] > 15
    assert re.match(r"00:0\d left, cost 0.5, best validation error 12.5 %", states[-1][2])
    assert "left" not in states[0][2] and "it/s" not in drawn
    assert b"epoch 2: cost 0.5, validation error 12.5 % (best: 12.5 % in epoch 1)\n" in out


def _read_all(master):
    with contextlib.suppress(OSError):  # the end of a terminal is an error
        while text := os.read(master, 4096):
            yield text
    os.close(master)
