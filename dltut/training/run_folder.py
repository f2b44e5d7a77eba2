"""The folder of a run: the names of its files, whose it is, and who writes into it."""

import errno
import itertools
import json
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dltut.exceptions import InputError, printable
from dltut.machine.files import (
    atomic,
    is_there,
    read_plain,
    refusals_told,
    remove_unfinished,
    unreadable,
)
from dltut.machine.notices import say

try:
    import fcntl
except ImportError:  # Windows, where folders are not locked
    fcntl = None

MAY_CHANGE = (
    "checkpoint_seconds data_dir device dry_run max_epochs n_draws pictures resume run_dir".split()
)
UNTOLD = ("auto", "reviews")  # of the data sets that these may be, earlier versions told none
NOTHING = "nothing"
MOST = 3  # differences that an error tells


class RunFolder:
    """The folder of a run, to be used like a path.

    Parameters
    ----------
    path : path
        It need not be there yet.

    Examples
    --------
    >>> folder = RunFolder("runs/mlp")
    >>> folder.log.as_posix(), (folder / "filters.png").as_posix()
    ('runs/mlp/log.jsonl', 'runs/mlp/filters.png')
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        self._lock = None

    @property
    def config(self) -> Path:
        """The run's name and what it was called with."""
        return self.path / "config.json"

    @property
    def log(self) -> Path:
        """A line of numbers for each validation."""
        return self.path / "log.jsonl"

    @property
    def clock(self) -> Path:
        """The seconds at each of these lines."""
        return self.path / "clock.jsonl"

    @property
    def checkpoint(self) -> Path:
        """All that is needed to go on."""
        return self.path / "last.ckpt"

    @property
    def best(self) -> Path:
        """The best model."""
        return self.path / "best.safetensors"

    @property
    def parts(self) -> list["RunFolder"]:
        """Folders in it with a log of their own, such as one a pretrained layer."""
        return self._with(self.log.name)

    @property
    def holds_a_run(self) -> bool:
        """Whether a run has begun here."""
        files = self.config, self.log, self.checkpoint
        return any(is_there(path) for path in files) or bool(
            self.parts or self._with(self.checkpoint.name)
        )

    def _with(self, name: str) -> list["RunFolder"]:
        """Folders in it that hold a file of that name, but for those of other runs."""
        with refusals_told(self.path):
            found = sorted(self.path.glob(f"*/{name}"))
        folders = [RunFolder(path.parent) for path in found]
        return [each for each in folders if not is_there(each.config)]

    def lock(self) -> None:
        """Keep other processes from writing here, until `unlock` or the end of this process.

        What processes that were killed have left half-written is deleted.

        Raises
        ------
        InputError
            If another process writes here, or the folder cannot be made.

        Notes
        -----
        The lock belongs to the process and not to the file ``.lock``: when a process is killed,
        the file that stays stops nobody.
        """
        with _usable(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            while fcntl and (self._lock is None or not self._lock.is_held()):
                self.unlock()  # what is thrown away later would delete the new one
                self._lock = _Lock(self.path / ".lock")
        remove_unfinished(self.path)

    def unlock(self) -> None:
        """Let others write here."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    __str__ = __fspath__


class _Lock:
    """A file that this process has locked."""

    def __init__(self, path: Path):
        self.path, self.file = path, os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        close = weakref.finalize(self, os.close, self.file)
        self.take()
        close.detach()
        self.release = weakref.finalize(self, _release, path, self.file)  # at the latest

    def take(self) -> None:
        """Lock it, if it is not locked already; BlockingIOError if another process has it."""
        # Not flock, which a process forked to compile kernels would hold when this one is killed.
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise BlockingIOError(*error.args) from None
            # otherwise the file system has no locks, and the run goes on without

    def is_held(self) -> bool:
        """Whether it is the file that stands there now: who unlocks deletes it."""
        self.take()  # closing the file through another object of this process has unlocked it
        try:
            return self.path.stat().st_ino == os.fstat(self.file).st_ino
        except FileNotFoundError:
            return False


def _release(path: Path, file: int) -> None:
    with suppress(OSError):  # a file that stays stops nobody
        path.unlink()
    os.close(file)


def open_run(
    run_dir: str | os.PathLike | None, name: str, arguments: dict, resume: bool = False
) -> RunFolder:
    """The folder for a run: made if need be, locked, with the run's arguments in config.json.

    Parameters
    ----------
    run_dir : path or None
        None takes the first free one of runs/<name>, runs/<name>-2, ...; to resume, the newest.
    name : str
        Of the script or experiment.
    arguments : dict
        What the run was called with: names to plain values or paths.
    resume : bool
        Go on with the run that is in the folder; if there is none, begin it there and say so.

    Returns
    -------
    RunFolder

    Raises
    ------
    InputError
        If an explicit folder holds a run and `resume` is False; if a run is to be resumed with
        other arguments than it began with (but for checkpoint_seconds, data_dir, device, dry_run,
        max_epochs, n_draws, pictures and the folder itself) or its config.json is missing or
        damaged; if another process writes into the folder, or it cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> folder = open_run(Path(tempfile.mkdtemp()) / "first", "mlp", {"learning_rate": 0.01})
    >>> json.loads(folder.config.read_text())["arguments"]
    {'learning_rate': 0.01}
    """
    folder = RunFolder(_default(name, resume) if run_dir is None else run_dir)
    folder.lock()
    try:
        _check_free(folder, name, arguments, resume)
    except InputError:
        folder.unlock()
        raise
    config = {"name": name, "arguments": _plain(arguments)}
    with atomic(folder.config, "w") as file:
        file.write(json.dumps(config, indent=2) + "\n")
    return folder


def read_config(run_dir: str | os.PathLike) -> dict:
    """A run's config.json: its "name" and its "arguments".

    Raises
    ------
    InputError
        If it is not there or damaged.
    """
    path = RunFolder(run_dir).config
    try:
        config = json.loads(read_plain(path).decode())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}): name the folder of a run, such as runs/mlp"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    except (ValueError, RecursionError):
        config = None
    parts = {"name": str, "arguments": dict}
    if not isinstance(config, dict) or not all(
        isinstance(config.get(part), kind) for part, kind in parts.items()
    ):
        raise InputError(f"{path} is damaged: it should hold a run's name and arguments as JSON")
    return config


def _default(name: str, resume: bool) -> Path:
    """The newest folder of that name, or a new one, which no other process can take meanwhile."""
    newest = None
    for n in itertools.count(1):
        folder = Path("runs") / (name if n == 1 else f"{name}-{n}")
        if is_there(folder):
            newest = folder
        elif resume and newest:
            return newest
        else:
            with _usable(folder), suppress(FileExistsError):
                folder.mkdir(parents=True)
                return folder


def _check_free(folder: RunFolder, name: str, arguments: dict, resume: bool) -> None:
    if not folder.holds_a_run:
        if resume:
            say(f"{folder} holds no run to resume: beginning one there")
        return
    if not resume:
        raise InputError(
            f"{folder} holds a run already: go on with it (--resume) or choose another --run-dir"
        )
    if not is_there(folder.config):
        raise InputError(
            f"{folder} holds a run but no {folder.config.name}, which says with what arguments: "
            "put that file back, or choose another --run-dir"
        )
    _check_same(folder, name, arguments)


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say of which folder the operating system does not let the block make use."""
    try:
        yield
    except BlockingIOError:
        raise InputError(
            f"another process is writing into {folder}: wait until it has ended, or choose "
            "another --run-dir"
        ) from None
    except OSError as error:
        raise InputError(
            f"{folder} cannot be used ({error.strerror or error}): choose another --run-dir"
        ) from None


def _check_same(folder: RunFolder, name: str, arguments: dict) -> None:
    config = read_config(folder)
    there, here = config["arguments"], _plain(arguments)
    there["name"], here["name"] = config["name"], name
    if there.get("dataset") in UNTOLD:
        there.pop("dataset")
    # What is new in this version was at its default.
    common = {key: here[key] for key in there if key in here}
    different = [
        f"{path} = {old}, not {new}"
        for path, old, new in _differences({key: there[key] for key in common}, common)
    ]
    if different:
        more = f"; and {len(different) - MOST} more" if len(different) > MOST else ""
        raise InputError(
            f"{folder} holds a run with {'; '.join(different[:MOST])}{more}: resume it with the "
            "same arguments, or choose another --run-dir"
        )


def _differences(there: object, here: object, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(Where, what is there, what is here), as deep down as both are alike."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*there, *(each for each in here if each not in there)]:
            if key not in MAY_CHANGE:
                tag = not path or key.startswith("!")  # which says what it is, not where
                inner = (path or key) if tag else f"{path}.{key}"
                yield from _differences(there.get(key, NOTHING), here.get(key, NOTHING), inner)
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for i, pair in enumerate(zip(there, here, strict=True)):
            yield from _differences(*pair, f"{path}.{i}")
    elif there != here:
        yield path, *(each if each is NOTHING else printable(repr(each)) for each in (there, here))


def _plain(arguments: dict) -> dict:
    """The arguments as JSON gives them back: tuples are lists, paths strings."""
    return json.loads(json.dumps(arguments, default=str))
