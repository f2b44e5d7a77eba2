"""A run that can be stopped anywhere, by anything, and goes on as if it had never been."""

import hashlib
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.progress import say
from dltut.machine.serialize import read_arrays, write_arrays
from dltut.models import save_model
from dltut.training.extensions import Extension
from dltut.training.log import ROWS, append_log, write_log

LAST = "last.ckpt"
BEST = "best.safetensors"


class Checkpoint(Extension):
    """Keep a run's log, its best model, and all that is needed to go on, in a folder.

    Parameters
    ----------
    run_dir : path
        Holds log.jsonl, clock.jsonl, last.ckpt and best.safetensors.
    model : model, optional
        Written to best.safetensors at each new best validation; in a run without a validation
        error, with every checkpoint.
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
        When the trainer is made: if the folder holds a checkpoint and `resume` is False, or if the
        checkpoint is damaged or of another model. While training: if a file cannot be written.

    Notes
    -----
    last.ckpt is one safetensors file with the state's values, the best values, what the extensions
    keep, the place in the training and the rows of the log, under one checksum. Each file is
    replaced as a whole; the checkpoint comes last, and a resumed run writes the log anew from it,
    so that a kill at any instant costs time and nothing else.
    """

    def __init__(
        self,
        run_dir: str | Path,
        model=None,
        resume: bool = False,
        every_seconds: float = 10.0,
        header: dict | None = None,
    ):
        self.run_dir, self.model, self.resume = Path(run_dir), model, resume
        self.header = header
        self.every_seconds = every_seconds

    def attach(self, trainer) -> None:
        """Put the trainer where the checkpoint was taken.

        Raises
        ------
        InputError
            If there is one and it is not to be resumed, is damaged, or was made by another run.
        """
        path = self.run_dir / LAST
        if path.exists():
            if not self.resume:
                raise InputError(
                    f"{path} holds a run already: resume it (resume=True, --resume) or choose "
                    "another folder"
                )
            restore(path, trainer)
        elif self.resume and (self.run_dir / ROWS).exists():
            say(f"{self.run_dir} has no checkpoint yet: beginning again")

    def before_training(self, trainer) -> None:
        """Write the log as it stands."""
        write_log(self.run_dir, trainer.log)
        self._n_written = len(trainer.log.rows)
        self._due = time.monotonic() + self.every_seconds

    def between_batches(self, trainer) -> None:
        """Write new rows and a new best model at once, the checkpoint when it is time."""
        rows = trainer.log.rows[self._n_written :]
        if rows:
            append_log(self.run_dir, trainer.log, self._n_written)
            self._n_written += len(rows)
            if any(row.get("best") for row in rows):
                self._save_best()
        if time.monotonic() >= self._due:
            self._save(trainer)

    def after_training(self, trainer) -> None:
        """Write everything, unless a minibatch was broken off: then the last checkpoint counts."""
        if not trainer.broken_off:
            if trainer.best is not None and _is_judged(trainer):
                self._save_best()
            self._save(trainer)

    def _save_best(self) -> None:
        if self.model is not None:
            save_model(self.run_dir / BEST, self.model, self.header)

    def _save(self, trainer) -> None:
        if not _is_judged(trainer):
            self._save_best()
        save(self.run_dir / LAST, trainer)
        self._due = time.monotonic() + self.every_seconds


def _is_judged(trainer) -> bool:
    """Whether a validation error says which parameters are the best."""
    return any(getattr(extension, "judges", False) for extension in trainer.extensions)


def save(path: str | Path, trainer) -> None:
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
    place = {
        "n_batches": log.n_batches,
        "iteration": log.iteration,
        "cost": log.cost,
        "seconds": log.seconds,
        "stop_reason": log.stop_reason,
        "final": log.final,
        "rows": log.rows,
        "clock": log.clock,
        "extensions": kept,
    }
    text = json.dumps(place)
    write_arrays(path, arrays, {"checkpoint": text, "sha256": _checksum(arrays, text)})


def restore(path: str | Path, trainer) -> None:
    """Put a trainer where it was when the checkpoint was taken.

    Raises
    ------
    InputError
        If the file is damaged, or was made with another model, split, batch size or other
        extensions; the trainer is then as before.
    """
    arrays, place = _read(Path(path))
    state, best = _under("state", arrays), _under("best", arrays)
    _check_same(path, trainer, place, state)
    for key, extension in _with_state(trainer):
        extension.load_state(place["extensions"][key] | _under(f"extension/{key}", arrays))
    trainer.put(state)
    trainer.best = best or None
    log = trainer.log
    log.move_to(place["iteration"])
    log.set_seconds(place["seconds"])
    log.rows[:], log.clock[:] = place["rows"], place["clock"]
    log.cost, log.stop_reason, log.final = (place[k] for k in ("cost", "stop_reason", "final"))


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    arrays, header = read_arrays(path)
    text = header.get("checkpoint")
    if not isinstance(text, str):
        raise InputError(f"{path} is no checkpoint of a training run: choose a run's {LAST}")
    if header.get("sha256") != _checksum(arrays, text):
        raise InputError(
            f"{path} is damaged (its checksum does not match): restore it from a backup, or delete "
            "it to begin the run again"
        )
    return arrays, json.loads(text)


def _checksum(arrays: dict[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _check_same(path: str | Path, trainer, place: dict, state: dict[str, np.ndarray]) -> None:
    there, here = _described(state), _described(trainer.values())
    there["minibatches in an epoch"] = place["n_batches"]
    here["minibatches in an epoch"] = trainer.n_batches
    there |= dict.fromkeys(place["extensions"], "an extension")
    here |= {key: "an extension" for key, _ in _with_state(trainer)}
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
