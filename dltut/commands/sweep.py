"""The same script or experiment with many arguments, and which of them were the best."""

from pathlib import Path

from dltut.commands.drawing import listed
from dltut.exceptions import InputError
from dltut.machine.arguments import Size
from dltut.machine.notices import say


def sweep(
    *file: Path,
    n_trials: Size | None = None,
    processes: Size = 1,
    run_dir: Path | None = None,
    dask: str | None = None,
    table: Path | None = None,
) -> None:
    """Search the arguments of a script or an experiment for those that do best.

    Parameters
    ----------
    *file : path
        A YAML file such as scripts/sweeps/logistic.yaml.
    n_trials : int
        How many trials there are in all; default: as the file says.
    processes : int
        How many trials are run at once.
    run_dir : path
        The folder of the sweep, in which an earlier one goes on; default: runs/<name of the file>.
    dask : str
        The address of a Dask cluster, whose workers run the trials.
    table : path
        Print the table of the sweep in this folder, and run nothing.

    Raises
    ------
    InputError
        If not one file is named, something in it does not fit, or every trial would fail.
    """
    from dltut import sweeps  # with Optuna, which is an extra
    from dltut.sweeps.run import connected, study_of, sweep_in

    if table is not None:
        print(sweeps.table_text(study_of(sweep_in(table), table).rows()))
        return
    if len(file) != 1:
        raise InputError(f"{len(file)} files are named: give one, such as scripts/sweeps/mlp.yaml")
    found = sweeps.read_sweep(file[0], n_trials=n_trials)
    folder = run_dir or Path("runs") / file[0].stem
    say(f"sweep of {found.n_trials} trials: {folder}")
    client = connected(dask) if dask else None
    study = sweeps.run_sweep(found, folder, processes, client)
    print(sweeps.table_text(study.rows()))
    say(f"table and picture: {listed(sweeps.draw_sweep(found, study))}")
    if best := sweeps.best_row(study.rows()):
        say(f"the best again: {found.target.command({**found.fixed, **best['arguments']})}")
