"""What the variables of Pylearn2's files stand for: ``${PYLEARN2_TRAIN_FILE_FULL_STEM}.pkl``."""

from os import PathLike
from pathlib import Path

from dltut.machine import config


def environment(path: str | PathLike, data_dir: str | PathLike | None = None) -> dict[str, str]:
    """The variables that a file may name, besides those of the environment.

    Parameters
    ----------
    path : path
        Of the file.
    data_dir : path, optional
        The data folder, else the configured one.

    Returns
    -------
    dict
        {name: text}. Names of files that an experiment writes lie in the folder of the runs, so
        the folder of the file itself is not among what they stand for. In a list of experiments
        `dltut.experiment.phases` knows one more, ``${PYLEARN2_TRAIN_PHASE}``.

    Examples
    --------
    >>> environment("experiments/dae_l1.yaml")["PYLEARN2_TRAIN_FILE_FULL_STEM"]
    'dae_l1'
    """
    file = Path(path)
    return {
        "PYLEARN2_TRAIN_FILE_FULL_STEM": file.stem,
        "PYLEARN2_TRAIN_DIR": "./",
        "PYLEARN2_TRAIN_BASE_NAME": file.name,
        "PYLEARN2_TRAIN_FILE_STEM": file.stem,
        "PYLEARN2_DATA_PATH": str(config.data_dir(data_dir)),
    }
