"""A run that can be stopped anywhere, by anything, and goes on as if it had not been stopped."""

import json
import time
from collections import Counter
from math import inf
from os import PathLike

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.checks import check_numbers, fits_a_float
from dltut.machine.files import is_file, is_there
from dltut.machine.notices import say
from dltut.machine.serialize import read_arrays, write_arrays
from dltut.models import save_model
from dltut.training.extensions import Extension
from dltut.training.log import (
    NO_ROW,
    Log,
    append_log,
    is_row,
    is_seconds,
    is_whole,
    read_log,
    write_log,
)
from dltut.training.run_folder import RunFolder

PLACE = "n_batches iteration cost seconds stop_reason final rows clock extensions".split()
MEANING = "watched lower cost_name n_examples".split()  # of the rows; not in the files of 0.1


class Checkpoint(Extension):
    """Keep a run's log, its best model, and all that is needed to go on, in a folder.

    Parameters
    ----------
    run_dir : path or RunFolder
        Holds log.jsonl, clock.jsonl, last.ckpt and best.safetensors.
    model : model, optional
        Written to best.safetensors at each new best row; in a run of which no channel is watched,
        with every checkpoint.
    resume : bool
        Go on from the folder's last.ckpt if there is one.
    header : dict, optional
        What best.safetensors says beside the model, such as the names of the classes.
    every_seconds : float
        At most so many seconds of work are lost when the process is killed; 0 saves after every
        minibatch.

    Raises
    ------
    InputError
        When the trainer is made: if the folder holds a checkpoint and `resume` is False, if the
        checkpoint is damaged or of another model, or another process writes into the folder. While
        training: if a file cannot be written.

    Notes
    -----
    last.ckpt is one safetensors file with the state's values, the best values, what the extensions
    keep, the place in the training and the rows of the log, under one checksum. Each file is
    replaced as a whole; the checkpoint comes last, and a resumed run writes the log anew from it,
    so that a kill at any instant costs time and nothing else.
    """

    def __init__(
        self,
        run_dir: str | PathLike,
        model=None,
        resume: bool = False,
        every_seconds: float = 10.0,
        header: dict | None = None,
    ):
        check_numbers(lambda value: 0 <= value <= inf, "0 or more", every_seconds=every_seconds)
        self.folder = run_dir if isinstance(run_dir, RunFolder) else RunFolder(run_dir)
        self.model, self.resume, self.header = model, resume, header
        self.every_seconds = every_seconds
        self._n_written, self._due = 0, 0.0

    def attach(self, trainer) -> None:
        """Put the trainer where the checkpoint was taken.

        Raises
        ------
        InputError
            If there is one and it is not to be resumed, is damaged, or was made by another run; if
            another process writes into the folder.
        """
        self.folder.lock()
        path = self.folder.checkpoint
        if is_there(path):
            if not self.resume:
                raise InputError(
                    f"{path} holds a run already: resume it (resume=True, --resume) or choose "
                    "another folder"
                )
            restore(path, trainer)
        elif self.resume and is_there(self.folder.log):
            say(f"{self.folder} has no checkpoint yet: beginning again")
        trainer.log.resumable = True

    def before_training(self, trainer) -> None:
        """Write the log as it stands."""
        self.folder.lock()
        write_log(self.folder, trainer.log)
        self._n_written = len(trainer.log.rows)
        self._due = time.monotonic() + self.every_seconds

    def between_batches(self, trainer) -> None:
        """Write new rows and a new best model at once, the checkpoint when it is time."""
        rows = trainer.log.rows[self._n_written :]
        if rows:
            append_log(self.folder, trainer.log, self._n_written)
            self._n_written += len(rows)
            if any(row.get("best") for row in rows):
                self._save_best()
        if time.monotonic() >= self._due:
            self._save(trainer)

    next_look = Extension.with_others

    def after_training(self, trainer) -> None:
        """Write everything, unless a minibatch was broken off: then the last checkpoint counts."""
        if not trainer.broken_off:
            if trainer.best is not None and trainer.log.watched:
                self._save_best()
            self._save(trainer)
        self.folder.unlock()

    def _save_best(self) -> None:
        if self.model is not None:
            save_model(self.folder.best, self.model, self.header)

    def _save(self, trainer) -> None:
        if not trainer.log.watched:
            self._save_best()
        save(self.folder.checkpoint, trainer)
        self._due = time.monotonic() + self.every_seconds


def save(path: str | PathLike, trainer) -> None:
    """Write a trainer's checkpoint: the old file or the new one stands there, never half of it.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    log = trainer.log
    arrays = _prefixed("state", trainer.values()) | _prefixed("best", trainer.best or {})
    kept = {}
    for key, extension in _with_state(trainer):
        state = extension.state()
        arrays |= _prefixed(f"extension/{key}", _arrays_of(state))
        kept[key] = {name: value for name, value in state.items() if not _is_array(value)}
    place = {name: getattr(log, name) for name in PLACE + MEANING if name != "extensions"}
    text = json.dumps(place | {"extensions": kept}, default=np.generic.item)
    write_arrays(path, arrays, {"checkpoint": text})


def restore(path: str | PathLike, trainer) -> None:
    """Put a trainer where it was when the checkpoint was taken.

    Raises
    ------
    InputError
        If the file is damaged, or was made with another model, split, batch size or other
        extensions; the trainer is then as before.
    """
    arrays, place = _read(path)
    state, best = _under("state", arrays), _under("best", arrays)
    kept = {
        key: values | _under(f"extension/{key}", arrays)
        for key, values in place["extensions"].items()
    }
    _check_same(path, trainer, place, state, kept)
    if best and _described(best) != _described(state):
        raise _damaged(path, "its best values are not those of its state")
    _load_states(trainer, kept)
    trainer.put(state)
    trainer.best = best or None
    log = trainer.log
    log.move_to(place["iteration"])
    log.set_seconds(place["seconds"])
    log.rows[:], log.clock[:] = place["rows"], place["clock"]
    log.cost, log.stop_reason, log.final = (place[k] for k in ("cost", "stop_reason", "final"))


def _load_states(trainer, kept: dict[str, dict]) -> None:
    """Give the extensions what they kept; if one of them refuses, all are as before."""
    loaded = []
    try:
        for key, extension in _with_state(trainer):
            loaded.append((extension, extension.state()))
            extension.load_state(kept[key])
    except InputError:
        for extension, before in loaded:
            extension.load_state(before)
        raise


def read_run(run_dir: str | PathLike) -> Log:
    """The log of a run folder: its rows, and from the checkpoint what they mean and why it ended.

    Parameters
    ----------
    run_dir : path

    Returns
    -------
    Log

    Raises
    ------
    InputError
        If there is no log, or a file is damaged.
    """
    log = read_meaning(run_dir)
    for row in read_log(run_dir):
        seconds = row.pop("seconds", float("nan"))
        log.rows.append(row)
        log.clock.append(seconds)
    if log.rows and log.n_batches:
        log.move_to(log.rows[-1]["iteration"])
    return log


def read_meaning(run_dir: str | PathLike) -> Log:
    """What a run's checkpoint says of its log: what the rows mean and why it ended; no rows.

    Parameters
    ----------
    run_dir : path

    Returns
    -------
    Log

    Raises
    ------
    InputError
        If the checkpoint is damaged. There may be none.
    """
    folder, log = RunFolder(run_dir), Log()
    if is_file(folder.checkpoint):
        _, place = _read(folder.checkpoint)
        log = Log(**{name: place[name] for name in ("n_batches", *MEANING) if name in place})
        log.stop_reason, log.final = place["stop_reason"], place["final"]
    return log


def _read(path: str | PathLike) -> tuple[dict[str, np.ndarray], dict]:
    """Arrays and place of a checkpoint that are whole and of the right kinds."""
    arrays, header = read_arrays(path)
    text = header.get("checkpoint")
    if not isinstance(text, str):
        raise InputError(f"{path} is no checkpoint of a training run: choose a run's last.ckpt")
    try:
        place = json.loads(text)
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, dict):
        raise _damaged(path, "it does not say where the training stood")
    needed = [*PLACE, *(MEANING if "watched" in place else ())]
    wrong = [name for name in needed if name not in place or not _is_valid(name, place)]
    if wrong:
        raise _damaged(path, f"{wrong[0]} is {str(place.get(wrong[0], 'missing'))[:60]}")
    return arrays, place


def _is_valid(name: str, place: dict) -> bool:
    """Whether a field of the place in the training can be what it says."""
    value = place.get(name)
    match name:
        case "n_batches":
            return is_whole(value, 1)
        case "iteration":
            return is_whole(value, -1)
        case "cost":
            return isinstance(value, int | float) and fits_a_float(value)
        case "seconds":
            return is_seconds(value)
        case "stop_reason" | "watched":
            return value is None or isinstance(value, str)
        case "final" | "lower":
            return isinstance(value, bool)
        case "cost_name":
            return isinstance(value, str)
        case "rows":
            return isinstance(value, list) and _are_rows(value, place.get("iteration"))
        case "clock":
            return _is_clock(value, place.get("rows"))
        case "n_examples":
            return isinstance(value, dict) and all(is_whole(n, 1) for n in value.values())
        case "extensions":
            return isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())


def _are_rows(rows: list, iteration) -> bool:
    before = NO_ROW
    for row in rows:
        if not is_row(row, before):
            return False
        before = row["iteration"]
    return isinstance(iteration, int) and before <= iteration


def _is_clock(clock, rows) -> bool:
    lists = isinstance(clock, list) and isinstance(rows, list)
    return lists and len(clock) == len(rows) and all(map(is_seconds, clock))


def _damaged(path: str | PathLike, what: str) -> InputError:
    return InputError(
        f"{path} is damaged ({what}): restore it from a backup, or delete it to begin the run again"
    )


def _check_same(path, trainer, place: dict, state: dict, kept: dict) -> None:
    there, here = _described(state), _described(trainer.values())
    there["minibatches in an epoch"] = place["n_batches"]
    here["minibatches in an epoch"] = trainer.n_batches
    there |= {key: f"an extension with {', '.join(sorted(each))}" for key, each in kept.items()}
    here |= {
        key: f"an extension with {', '.join(sorted(each.state()))}"
        for key, each in _with_state(trainer)
    }
    if "watched" in place and trainer.log.watched:  # not if its Monitor is attached later
        names = {"watched": "the watched channel", "lower": "lower is better"}
        there |= {words: place[name] for name, words in names.items()}
        here |= {words: getattr(trainer.log, name) for name, words in names.items()}
    different = [
        f"{name} is {there.get(name, 'missing')} there and {here.get(name, 'missing')} here"
        for name in there | here
        if there.get(name) != here.get(name)
    ]
    if different:
        raise InputError(
            f"{path} was made by another run: {'; '.join(different[:3])}"
            f"{' ...' if len(different) > 3 else ''}. Resume with the arguments of that run, or "
            "choose another folder"
        )


def _described(values: dict[str, np.ndarray]) -> dict[str, str | int]:
    return {name: f"{each.dtype} {each.shape}" for name, each in values.items()}


def _with_state(trainer) -> list[tuple[str, Extension]]:
    """The extensions that keep something, each under its class and number: Monitor1, Monitor2."""
    keepers = [each for each in trainer.extensions if isinstance(each, Extension) and each.state()]
    counts = Counter()
    named = []
    for each in keepers:
        name = type(each).__name__
        counts[name] += 1
        named.append((f"{name}{counts[name]}", each))
    return named


def _is_array(value) -> bool:
    return isinstance(value, np.ndarray)


def _arrays_of(state: dict) -> dict[str, np.ndarray]:
    return {name: value for name, value in state.items() if _is_array(value)}


def _prefixed(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _under(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    start = f"{prefix}/"
    return {name[len(start) :]: each for name, each in arrays.items() if name.startswith(start)}
