"""What the variables of Pylearn2's files stand for: ``${PYLEARN2_TRAIN_FILE_FULL_STEM}.pkl``."""

from os import PathLike
from pathlib import Path

from dltut.machine import config


def environment(
    path: str | PathLike, data_dir: str | PathLike | None = None, phase: int | None = None
) -> dict[str, str]:
    """The variables that a file may name, besides those of the environment.

    Parameters
    ----------
    path : path
        Of the file.
    data_dir : path, optional
        The data folder, else the configured one.
    phase : int, optional
        Which experiment of a list it is, from 0.

    Returns
    -------
    dict
        {name: text}. Names of files that an experiment writes lie in the folder of the runs, so
        the folder of the file itself is not among what they stand for.

    Examples
    --------
    >>> variables = environment("experiments/dae_l1.yaml", phase=0)
    >>> variables["PYLEARN2_TRAIN_FILE_FULL_STEM"], variables["PYLEARN2_TRAIN_PHASE"]
    ('dae_l1', 'phase0')
    """
    file = Path(path)
    variables = {
        "PYLEARN2_TRAIN_FILE_FULL_STEM": file.stem,
        "PYLEARN2_TRAIN_DIR": "./",
        "PYLEARN2_TRAIN_BASE_NAME": file.name,
        "PYLEARN2_TRAIN_FILE_STEM": file.stem,
        "PYLEARN2_DATA_PATH": str(config.data_dir(data_dir)),
    }
    return variables | ({} if phase is None else {"PYLEARN2_TRAIN_PHASE": f"phase{phase}"})
