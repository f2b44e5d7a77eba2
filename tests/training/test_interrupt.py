import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dltut.training import LossHistory, Trainer

TOY = Path(__file__).with_name("toy.py")


def test_first_ctrl_c_finishes_the_minibatch():
    done = []

    def step(index):
        if index == 2:
            signal.raise_signal(signal.SIGINT)
        done.append(index)
        return 1.0

    history = LossHistory()
    made = Trainer(step, 5, [history])
    before = signal.getsignal(signal.SIGINT)
    log = made.run(max_epochs=3)
    assert signal.getsignal(signal.SIGINT) is before
    assert done == [0, 1, 2]
    assert len(history.costs) == 3
    assert (log.iteration, log.stop_reason) == (2, "interrupted")
    assert not made.broken_off
    assert made.run(max_epochs=1).stop_reason == "max_epochs = 1 reached"
    assert done == [0, 1, 2, 3, 4]


def test_second_ctrl_c_breaks_off():
    def step(index):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")

    made = Trainer(step, n_batches=5)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        made.run(max_epochs=3)
    assert made.broken_off
    assert signal.getsignal(signal.SIGINT) is before


def test_an_ignored_ctrl_c_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        log = Trainer(lambda index: signal.raise_signal(signal.SIGINT) or 1.0, 2).run(max_epochs=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert log.stop_reason == "max_epochs = 1 reached"


def test_training_in_another_thread_leaves_signals_alone():
    logs = []
    thread = threading.Thread(
        target=lambda: logs.append(Trainer(lambda index: 1.0, n_batches=2).run(max_epochs=2))
    )
    thread.start()
    thread.join()
    assert logs[0].iteration == 3


def test_real_ctrl_c_in_a_process(tmp_path, python_path):
    process = subprocess.Popen(
        [sys.executable, TOY, tmp_path, "--seconds", "0.02", "--epochs", "1000"],
        stdout=subprocess.PIPE,
        text=True,
        env=python_path,
    )
    assert process.stdout.readline() == "begin -1\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    end, iteration, reason = process.communicate(timeout=30)[0].split()
    assert (process.returncode, end, reason) == (0, "end", "interrupted")
    assert int(iteration) >= 0
