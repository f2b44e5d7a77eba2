"""Say how large a model's parameters are and how it was trained: summarize_model.py runs/mlp."""

from dltut.commands import flags
from dltut.commands.predict import model_file
from dltut.commands.runs import reading

from pathlib import Path

import numpy as np

from dltut.machine.serialize import read_arrays
from dltut.machine.stopwatch import duration
from dltut.training import RunFolder, is_training, read_config, read_run


def main(path: Path):
    """Print the size of every parameter and of its rows and columns, and how the training went.

    Parameters
    ----------
    path : path
        The folder of a run such as runs/mlp, or a model file.
    """
    with reading():
        file = model_file(path)
        arrays, header = read_arrays(file)
        lines = list(training(path)) if path.is_dir() else []
    n = sum(values.size for values in arrays.values())
    print(f"{header.get('model', file)}: {n:,} parameters")
    print(*(line for name, values in arrays.items() for line in described(name, values)), sep="\n")
    if lines:
        print(*lines, sep="\n")


def described(name, values):
    """Lines about one array: its least, mean and greatest value, and the norms of its parts."""
    yield f"{name}: {three(values)} {'x'.join(map(str, values.shape)) or 'a number'}"
    if (values < 0).any() and (values > 0).any():
        yield f"  abs({name}): {three(np.abs(values))}"
    if values.ndim == 2:
        yield f"  row norms: {three(np.linalg.norm(values, axis=1))}"
        yield f"  column norms: {three(np.linalg.norm(values, axis=0))}"
    if values.ndim == 4:
        yield f"  kernel norms: {three(np.linalg.norm(values.reshape(len(values), -1), axis=1))}"


def three(values):
    """(min, mean, max)."""
    if not values.size:
        return "(nothing)"
    return f"({', '.join(f'{f(values):.6g}' for f in (np.min, np.mean, np.max))})"


def training(run):
    """Lines about how a run went."""
    folder = RunFolder(run)
    if not folder.log.exists():
        return
    log = read_run(folder)
    last = log.rows[-1] if log.rows else {"iteration": -1, "epoch": 0}
    n_batches = last["iteration"] + 1
    size = read_config(folder)["arguments"].get("batch_size") if folder.config.exists() else None
    if isinstance(size, int):
        yield f"examples seen: {n_batches * size:,}"
    yield f"batches seen: {n_batches:,}"
    yield f"epochs seen: {last['epoch']:,}"
    seconds = log.clock[-1] if log.clock else 0.0
    yield f"hours trained: {seconds / 3600:.4g} ({duration(seconds)})"
    yield ending(folder, log)


def ending(folder, log):
    """Whether the training ended, and why."""
    if log.stop_reason:
        return f"training ended: {log.stop_reason}"
    if is_training(folder):
        return "training goes on"
    return "training did not end: it was broken off, or no checkpoint says why it stopped"


if __name__ == "__main__":
    flags.run(main)
