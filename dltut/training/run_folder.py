"""The folder of a run: where it is, whose it is, and whether it may be used."""

import json
from pathlib import Path

from dltut.exceptions import InputError
from dltut.machine.files import atomic, remove_unfinished
from dltut.machine.progress import say

CONFIG = "config.json"
MAY_CHANGE = (
    *("checkpoint_seconds", "data_dir", "device", "dry_run"),
    *("max_epochs", "n_draws", "resume", "run_dir"),
)


def open_run(run_dir: str | Path | None, name: str, arguments: dict, resume: bool = False) -> Path:
    """The folder for a run, made if need be, with the run's arguments in config.json.

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
    Path

    Raises
    ------
    InputError
        If an explicit folder holds a run and `resume` is False; if a run is to be resumed with
        other arguments than it began with (but for checkpoint_seconds, data_dir, device, dry_run,
        max_epochs, n_draws and the folder itself); if the folder cannot be made or its config.json
        is damaged.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "first"
    >>> open_run(folder, "mlp", {"learning_rate": 0.01}) == folder
    True
    >>> json.loads((folder / "config.json").read_text())["arguments"]
    {'learning_rate': 0.01}
    """
    folder = _default(name, resume) if run_dir is None else Path(run_dir)
    taken = (folder / CONFIG).exists()
    if taken and not resume:
        raise InputError(
            f"{folder} holds a run already: go on with it (--resume) or choose another --run-dir"
        )
    if taken:
        _check_same(folder, name, arguments)
        remove_unfinished(folder)
    elif resume:
        say(f"{folder} holds no run to resume: beginning one there")
    config = {"name": name, "arguments": _plain(arguments)}
    with atomic(folder / CONFIG, "w") as file:
        file.write(json.dumps(config, indent=2) + "\n")
    return folder


def read_config(run_dir: str | Path) -> dict:
    """A run's config.json: its "name" and its "arguments".

    Raises
    ------
    InputError
        If it is not there or damaged.
    """
    path = Path(run_dir) / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}): name the folder of a run, such as runs/mlp"
        ) from None
    except ValueError:
        config = None
    if not isinstance(config, dict) or not isinstance(config.get("arguments"), dict):
        raise InputError(f"{path} is damaged: it should hold a run's name and arguments as JSON")
    return config


def _default(name: str, resume: bool) -> Path:
    runs = Path("runs")
    n = 1
    while (runs / _numbered(name, n)).exists():
        n += 1
    return runs / _numbered(name, max(1, n - 1) if resume else n)


def _numbered(name: str, n: int) -> str:
    return name if n == 1 else f"{name}-{n}"


def _check_same(folder: Path, name: str, arguments: dict) -> None:
    config = read_config(folder)
    there, here = config["arguments"], _plain(arguments)
    there["name"], here["name"] = config.get("name"), name
    different = [
        f"{key} = {there.get(key)!r}, not {here.get(key)!r}"
        for key in there | here
        if key not in MAY_CHANGE and there.get(key) != here.get(key)
    ]
    if different:
        raise InputError(
            f"{folder} holds a run with {'; '.join(different)}: resume it with the same arguments, "
            "or choose another --run-dir"
        )


def _plain(arguments: dict) -> dict:
    """The arguments as JSON gives them back: tuples are lists, paths strings."""
    return json.loads(json.dumps(arguments, default=str))
