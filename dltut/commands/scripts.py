"""The tutorials' scripts and experiment files, laid out to be read and changed."""

import shutil
from pathlib import Path

import dltut
from dltut.exceptions import InputError
from dltut.machine.files import is_folder, is_there
from dltut.machine.notices import say

PACKAGE = Path(dltut.__file__).parent


def scripts(folder: Path) -> None:
    """Lay out the training scripts and experiment files in a folder, to be read and changed.

    Parameters
    ----------
    folder : path
        It is made if need be; no file in it is written over.

    Raises
    ------
    InputError
        If one of the files is there already, or the folder cannot be written.
    """
    home = source()
    names = [
        path.relative_to(home) for ending in ("py", "yaml") for path in home.rglob(f"*.{ending}")
    ]
    for name in names:
        if is_there(folder / name):
            raise InputError(f"{folder / name} is there already: name another folder")
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / name, folder / name)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}): name another") from None
    print(f"{len(names)} files: {folder}")
    say(f"next: python {folder / 'train_mlp.py'} --quick")


def source() -> Path:
    """Where the scripts are: in an installed package, or in a checkout beside it."""
    inside = PACKAGE / "scripts"
    return inside if is_folder(inside) else PACKAGE.parent / "scripts"
