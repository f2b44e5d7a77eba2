"""Running a sweep: in this process, in several, or on the workers of a Dask cluster."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dltut
from dltut.exceptions import InputError
from dltut.machine.arguments import checked_arguments
from dltut.machine.channels import printed, words
from dltut.machine.config import THREAD_VARIABLES
from dltut.machine.files import atomic, is_there, read_plain, refusals_told, unreadable
from dltut.machine.notices import bar, say
from dltut.sweeps.journal import CLAIM, fcntl
from dltut.sweeps.plan import Sweep
from dltut.sweeps.reporter import run_trial
from dltut.sweeps.study import Study
from dltut.sweeps.table import best_row, note, shown

SAME = "space fixed search prune channel lower".split()  # while a sweep goes on
LAST_WORDS = 10.0  # seconds for the processes to end after Ctrl-C
PAUSE = 0.2


def run_sweep(sweep: Sweep, folder: str | os.PathLike, processes: int = 1, client=None) -> Study:
    """Run the trials that are left of a sweep.

    Parameters
    ----------
    sweep : Sweep
    folder : path
        If a sweep is there it goes on: trials that are done are not run again, and those that were
        broken off go on from their checkpoints.
    processes : int
        How many work at once on this machine. One that is killed is started again.
    client : dask.distributed.Client, optional
        Each of its workers works instead. They must see the same folder under the same name, on a
        disk whose locks hold between machines.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        If there is another sweep in the folder, or every trial would meet the same mistake.
    """
    study = _opened(sweep, folder)
    with _announced(study) as announce:
        if client is not None:
            _work_on_cluster(client, study, announce)
        elif processes > 1:
            _work_in_processes(study, processes, announce)
        else:
            _work_here(study, sweep, announce)
    return study


def work(folder: str | os.PathLike) -> None:
    """Run trials of the sweep in a folder until there is none left to begin.

    Any number of processes may do so at once.
    """
    sweep = sweep_in(folder)
    _work_here(study_of(sweep, folder), sweep, lambda: None)


def sweep_in(folder: str | os.PathLike) -> Sweep:
    """The sweep that is run in a folder.

    Raises
    ------
    InputError
        If there is none, or its file is damaged.
    """
    path = Path(folder, "sweep.json")
    try:
        given = dict(json.loads(read_plain(path).decode()))
        return Sweep(**checked_arguments(Sweep, given, "the sweep", filled=["beside"]))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{folder} holds no sweep: name the folder of one, such as runs/mlp"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (ValueError, TypeError, RecursionError):
        raise InputError(f"{path} is damaged: bring it back from a copy") from None


def study_of(sweep: Sweep, folder: str | os.PathLike) -> Study:
    """The study of a sweep in a folder."""
    return Study(folder, sweep.choices, sweep.searching, sweep.n_trials, sweep.pruner)


def _opened(sweep, folder):
    """The study, once it is sure that the folder holds this sweep or none."""
    path = Path(folder, "sweep.json")
    study = study_of(sweep, folder)
    with study.locks.held(CLAIM):
        now = {name: getattr(sweep, name) for name in [*SAME, "n_trials"]}
        now["script" if sweep.script else "experiment"] = str(sweep.target.path)
        now = json.loads(json.dumps(now))
        if is_there(path):
            _check_same(folder, vars(sweep_in(folder)), now)
        with atomic(path, "w") as file:
            file.write(json.dumps(now, indent=2) + "\n")
    return study


def _check_same(folder, there, here):
    for name in [*SAME, "script", "experiment"]:
        old, new = there.get(name), here.get(name)
        if name in ("script", "experiment"):
            old, new = (each and Path(each).name for each in (old, new))
        if old != new:
            raise InputError(
                f"{folder} holds a sweep with another {name}: go on with it as it was, or choose "
                "another --run-dir"
            )


def _work_here(study: Study, sweep: Sweep, announce: Callable[[], None]):
    def run(trial):
        announce()
        return run_trial(sweep.target, sweep.fixed, trial, sweep.channel, sweep.lower)

    with refusals_told(study.folder):
        study.work(run)


def _work_in_processes(study: Study, processes: int, announce: Callable[[], None]):
    """Until as many processes have found no more to do; those that are killed are replaced."""
    if fcntl is None:
        raise InputError("a sweep of several processes needs locks that this system lacks: take 1")
    workers = [_Worker(study.folder, processes) for _ in range(processes)]
    try:
        while workers:
            time.sleep(PAUSE)
            announce()
            for i, worker in enumerate(workers):
                if worker.was_killed():
                    worker.end()
                    workers[i] = _Worker(study.folder, processes)
            workers = [each for each in workers if not each.is_done()]
    except KeyboardInterrupt:  # which they have got, too
        until = time.monotonic() + LAST_WORDS
        while time.monotonic() < until and any(each.process.poll() is None for each in workers):
            time.sleep(PAUSE)
        raise
    finally:
        for each in workers:
            each.end()


class _Worker:
    """A process that works on a sweep while this one lives: it ends when its input does."""

    def __init__(self, folder: Path, processes: int):
        package = str(Path(dltut.__file__).parents[1])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        threads = str(max(1, (os.cpu_count() or 1) // processes))
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by end)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dltut.sweeps.worker", str(folder)],
            env=dict.fromkeys(THREAD_VARIABLES, threads) | os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stderr=self.errors,
        )

    def was_killed(self):
        return (self.process.poll() or 0) < 0

    def is_done(self):
        """Whether it found nothing more to do; its error is raised."""
        status = self.process.poll()
        if status:
            self.errors.seek(0)
            text = self.errors.read().decode(errors="replace").rstrip()
            *_, last = text.splitlines() or [""]
            if status == 2 and last.startswith("error: "):
                raise InputError(last.removeprefix("error: "))
            say(text)
            raise InputError("a process of the sweep ended with the error above")
        if status == 0:
            self.end()
        return status == 0

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.errors.close()


def _work_on_cluster(client, study: Study, announce: Callable[[], None]):
    """A task for every worker, until all are done or nothing is left for one that was lost."""
    addresses = list(client.scheduler_info()["workers"])
    if not addresses:
        raise InputError("the Dask cluster has no workers: start some, dask worker ADDRESS")
    folder = str(study.folder.resolve())
    tasks = [client.submit(work, folder, workers=[each], pure=False) for each in addresses]
    try:
        while not all(task.done() for task in tasks) and not _is_finished(study):
            time.sleep(PAUSE)
            announce()
        for task in tasks:
            if task.done():
                task.result()
    finally:
        client.cancel(tasks)


def _is_finished(study):
    rows = study.rows()
    return len(rows) >= study.n_trials and all(row["outcome"] != "running" for row in rows)


def connected(address: str):
    """A client of the Dask cluster at an address, such as ``tcp://192.168.0.7:8786``.

    Raises
    ------
    InputError
        If Dask is not installed, or nobody answers there.
    """
    try:
        distributed = importlib.import_module("dask.distributed")
    except ImportError:
        raise InputError("several machines need Dask: pip install distributed") from None
    try:
        return distributed.Client(address)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask cluster answers at {address} ({error})") from None


@contextmanager
def _announced(study: Study) -> Iterator[Callable[[], None]]:
    """What says a line for each trial that has ended since it was called last."""
    told = {row["trial"] for row in study.rows() if row["outcome"] != "running"}
    if told:
        say(f"{len(told)} of {study.n_trials} trials are done: going on")
    with bar(study.n_trials, "sweep", "trial") as shown_bar:
        shown_bar.update(len(told))

        def announce():
            rows = study.rows()
            new = [row for row in rows if row["outcome"] != "running" and row["trial"] not in told]
            for row in new:
                say(line_of(row, best_row(rows)))
            told.update(row["trial"] for row in new)
            shown_bar.update(len(new))

        yield announce
        announce()


def line_of(row: dict, best: dict | None) -> str:
    """A line about a trial that has ended.

    Parameters
    ----------
    row : dict
        Of `Study.rows`.
    best : dict, optional
        The best row so far.

    Examples
    --------
    >>> row = {"trial": 3, "outcome": "complete", "value": 0.25, "channel": "valid_error"}
    >>> line_of(row | {"arguments": {"n_hidden": 50}}, None)
    'trial 3: validation error 25 % with n_hidden 50'
    """
    arguments = ", ".join(f"{name} {shown(value)}" for name, value in row["arguments"].items())
    if row["value"] is None:
        return f"trial {row['trial']} {note(row)} (with {arguments})"
    value = printed(row["channel"], row["value"])
    end = f" ({note(row)})" if note(row) else ""
    if best and best["trial"] == row["trial"]:
        end += ", the best so far"
    return f"trial {row['trial']}: {words(row['channel'])} {value} with {arguments}{end}"
