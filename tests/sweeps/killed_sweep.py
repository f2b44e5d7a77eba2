"""A sweep whose processes are killed at random: ``killed_sweep.py FOLDER SEED N_TRIALS``.

Four processes work on it; again and again one of them gets SIGKILL and another is started. Nothing
is trained: a trial reports three epochs with a short pause before each, and gives a sum. A lock of
another kind than the sweep's shows whether two processes ever run the same trial at once.
"""

import fcntl
import multiprocessing
import random
import sys
import time

from dltut.sweeps.search import Random
from dltut.sweeps.space import Choices, Range
from dltut.sweeps.study import Outcome, Study

SPACE = {"x": Range(0.0, 1.0), "y": Choices([1, [2, 3]])}
PROCESSES, PAUSE, BETWEEN_KILLS = 4, 0.01, 0.12  # seconds


def study_in(folder, n_trials):
    return Study(folder, SPACE, Random(seed=1), n_trials)


def value_of(arguments):
    return arguments["x"] + (5 if isinstance(arguments["y"], list) else arguments["y"])


def run(trial):
    trial.folder.mkdir(exist_ok=True)
    with (trial.folder / "alone").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            (trial.folder / "two at once").touch()
        with (trial.folder / "begun").open("a") as begun:
            begun.write("begun\n")
        for epoch in (1, 2, 3):
            time.sleep(PAUSE)
            trial.report(epoch, value_of(trial.arguments))
        return Outcome("complete", value_of(trial.arguments))


def work(folder, n_trials):
    study_in(folder, n_trials).work(run)


def main(folder, seed, n_trials):
    draw, fork, kills = random.Random(seed), multiprocessing.get_context("fork"), 0

    def started():
        process = fork.Process(target=work, args=(folder, n_trials))
        process.start()
        return process

    processes = [started() for _ in range(PROCESSES)]
    while any(each.exitcode != 0 for each in processes):
        time.sleep(draw.uniform(0, BETWEEN_KILLS))
        i = draw.randrange(PROCESSES)
        if processes[i].is_alive():
            processes[i].kill()
            processes[i].join()
            kills += processes[i].exitcode == -9
        for i, each in enumerate(processes):
            each.join(0)
            if each.exitcode not in (None, 0):
                assert each.exitcode == -9, each.exitcode
                processes[i] = started()
    print(kills)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
