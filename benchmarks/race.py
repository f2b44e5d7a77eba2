"""The race: every peer in a process of its own, one at work while the others wait."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LIMIT = 600  # seconds that one answer may take
PAUSE = 0.2  # seconds until the threads of the one before sleep
LEAST = 0.5  # seconds of a turn
VARIABLES = ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB_MAXIMUM")


class PeerError(Exception):
    """A peer could not do what it was asked, with its reason in one line."""


class Worker:
    """A peer's process and the pipe to it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], limit=LIMIT):
        self.limit = limit
        # Closed by `close`.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=dict(environment),
        )

    def ask(self, do: str, **request) -> dict:
        """Send one request and wait for its answer."""
        timer = threading.Timer(self.limit, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            self._process.stdin.write(json.dumps({"do": do} | request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        answer = json.loads(line) if line else {"error": self._last_words()}
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(BrokenPipeError):  # a request that was not sent any more
                pipe.close()

    def _last_words(self):
        status = self._process.wait()
        if status < 0:
            return f"ended by signal {-status} (no answer within {self.limit} s, or no memory)"
        self._errors.seek(0)
        return (self._errors.read().strip().splitlines() or [f"ended with status {status}"])[-1]


def environment(cache: Path, threads: int, interpreter: str | None) -> dict[str, str]:
    """Variables of a peer's process: its threads, and where it caches what it compiles."""
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={cache / 'pytensor'}"}
    if interpreter == "theano":
        flags = {"THEANO_FLAGS": f"base_compiledir={cache / 'theano'},openmp=True"}
    if interpreter is None:
        flags["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    caches = {"TORCHINDUCTOR_CACHE_DIR": str(cache / "torch"), "XDG_CACHE_HOME": str(cache)}
    limits = {f"{name}_NUM_THREADS": str(threads) for name in VARIABLES}
    return {**os.environ, **flags, **caches, **limits}


class Race:
    """One work done by all who take part.

    Attributes
    ----------
    results : dict
        {entry's name: what was measured}; filled as it is measured, so that an interrupted race
        leaves what it has.
    """

    def __init__(
        self, work, entries, threads: int, interpreters: Mapping, folder: Path, device: str = "cpu"
    ):
        self.work, self.threads, self.interpreters = work, threads, interpreters
        self.entries = [entry for entry in entries if entry.does(work.name)]
        self.folder, self.device = folder, device
        self.results = {entry.name: {"way": entry.way} for entry in self.entries}
        self.workers = {}

    def run(self, repeats: int, cold: bool, say: Callable[[str], None]) -> None:
        """Launch everyone, see that they agree, then let them run in turn."""
        try:
            np.savez(self.folder / "arrays.npz", **self.work.arrays())
            for entry in self.entries:
                self._attempt(entry.name, self._start, entry, cold, say)
            self._compare()
            for repeat in range(repeats):
                say(f"{self.work.name}: repeat {repeat + 1} of {repeats}")
                for name in list(self.workers):
                    self._attempt(name, self._repeat, name)
            for name in list(self.workers):
                self._attempt(name, self._peak, name)
        finally:
            for worker in self.workers.values():
                worker.close()

    def _attempt(self, name, action, *arguments):
        """Do it, or note why it could not be done."""
        try:
            action(*arguments)
        except PeerError as error:
            self._drop(name, str(error))

    def _drop(self, name, reason):
        self.results[name] |= {"missing": reason}
        if name in self.workers:
            self.workers.pop(name).close()

    def _start(self, entry, cold, say):
        cache = Path(tempfile.mkdtemp(dir=self.folder)) if cold else self.folder / "cache"
        for state in ("cold", "warm") if cold else ("warm",):
            say(f"{self.work.name}: {entry.name}, launch ({state} cache)")
            start = time.perf_counter()
            worker = self.workers[entry.name] = self._launch(entry, cache)
            options = entry.options | {"threads": self.threads, "device": self.device}
            arrays = str(self.folder / "arrays.npz")
            answer = worker.ask("build", work=self.work.settings, arrays=arrays, options=options)
            seconds = time.perf_counter() - start
            self.results[entry.name] |= {state: seconds, "versions": answer["versions"]}
            if state == "cold":
                self.workers.pop(entry.name).close()
        if not cold:
            del self.results[entry.name]["warm"]  # its cache was empty or not: no figure

    def _launch(self, entry, cache):
        python = self.interpreters.get(entry.interpreter, sys.executable)
        if entry.interpreter and entry.interpreter not in self.interpreters:
            raise PeerError(f"no Python was named: --interpreter {entry.interpreter}=/path/python")
        command = [python, str(HERE / "worker.py"), str(HERE / "peers" / f"{entry.file}.py")]
        try:
            return Worker(command, environment(cache, self.threads, entry.interpreter))
        except OSError as error:
            raise PeerError(f"{python}: {error.strerror}") from None

    def _compare(self):
        """After the same steps from the same start everyone must have what the first has."""
        reference = None
        for name in list(self.workers):
            self._attempt(name, self._save, name)
        for name in self.workers:
            with np.load(self.folder / f"{name}.npz") as file:
                arrays = self.work.compared([file[key] for key in file.files])
            found = [self.results[name]["checked_mean"], *arrays]
            reference = found if reference is None else reference
            self.results[name]["difference"] = difference(reference, found)
        for name in list(self.workers):
            if not self.results[name]["difference"] <= self.work.tolerance:
                self.results[name]["differs"] = True
                off = self.results[name]["difference"]
                self._drop(name, f"computes something else: off by {off:.1e} of the largest value")

    def _save(self, name):
        worker = self.workers[name]
        mean = worker.ask("run", calls=self.work.checked_calls)["mean"]
        worker.ask("save", path=str(self.folder / f"{name}.npz"))
        self.results[name]["checked_mean"] = mean

    def _repeat(self, name):
        time.sleep(PAUSE)
        wanted = {"calls": self.work.calls, "rounds": self.work.rounds, "least": LEAST}
        answer = self.workers[name].ask("time", **wanted)
        self.results[name].setdefault("seconds", []).append(answer["seconds"])

    def _peak(self, name):
        self.results[name]["peak"] = self.workers[name].ask("peak")["peak"]


def difference(first: Sequence, second: Sequence) -> float:
    """The largest difference between arrays, relative to the largest element of each."""
    if [np.shape(each) for each in first] != [np.shape(each) for each in second]:
        return float("inf")
    return max(
        float(np.max(np.abs(np.subtract(a, b, dtype="float64")), initial=0))
        / max(float(np.max(np.abs(a), initial=0)), 1e-30)
        for a, b in zip(first, second, strict=True)
    )
