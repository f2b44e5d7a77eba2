"""Where data sets lie on this machine."""

from os import PathLike
from pathlib import Path

from dltut.exceptions import InputError
from dltut.machine import config


def existing_data_folder(data_dir: str | PathLike | None = None) -> Path:
    """The data folder; one that was asked for in the call has to be there.

    Raises
    ------
    InputError
        If `data_dir` is given and is no folder.
    """
    folder = config.data_dir(data_dir)
    if data_dir is not None and not folder.is_dir():
        raise InputError(f"there is no data folder {folder}: create it or name another one")
    return folder
