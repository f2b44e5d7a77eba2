"""Public data sets of pictures: where each lies, where it can be fetched, what it holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from dltut.datasets.arrays import Stated, dataset_of
from dltut.datasets.base import Dataset
from dltut.datasets.layouts import IDX_FILES, lying_in, read
from dltut.exceptions import InputError
from dltut.machine import config
from dltut.machine.notices import say


@dataclass(frozen=True)
class Source:
    """A public data set of grey pictures, 28 x 28, in four idx files.

    Parameters
    ----------
    name : str
        What ``--dataset`` and its folder in the data folder are called.
    title : str
        What people call it.
    classes : tuple of str
    preparation : str
        How a picture from outside becomes like these, see `dltut.datasets.pictures.prepare`.
    mirrors : tuple of str
        Addresses to which a file's name is added.
    sha256 : dict from str to str
        Of each file's unpacked content: mirrors pack the same content in different ways.
    folders : tuple of str
        Other names of its folder, such as torchvision's.
    bare : str
        Pattern of a folder's name in which files without a folder of their own are its files: all
        such sets have files of the same names.
    installed : tuple of Path
        Folders of this machine where a package may have put it.
    help : str
        Another way to get it.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    preparation: str
    mirrors: tuple[str, ...]
    sha256: dict[str, str]
    folders: tuple[str, ...] = ()
    bare: str = ".*"
    installed: tuple[Path, ...] = ()
    help: str = ""

    @property
    def how_to_get(self) -> str:
        """The command that fetches it."""
        return f"python -m dltut data {self.name}"

    def find(self, data_dir: str | PathLike | None = None) -> Path | None:
        """Where it lies: in the data folder, or where a package put it; None if nowhere.

        Raises
        ------
        InputError
            If `data_dir` is given but not there.
        """
        places = [*self._places(data_folder(data_dir)), *self.installed]
        return next(filter(None, (lying_in(place, self.name) for place in places)), None)

    def load(
        self, path: str | PathLike | None = None, data_dir: str | PathLike | None = None
    ) -> Dataset:
        """The data set at `path`, else where it is found.

        Parameters
        ----------
        path : path, optional
            A folder with the four idx files, a file as `dltut.datasets.layouts.read` takes it, or a
            folder with one of these.
        data_dir : path, optional
            The folder to look in otherwise.

        Raises
        ------
        InputError
            If it is not there, saying how to get it, or is damaged.
        """
        place = self.find(data_dir) if path is None else expanded(path)
        if place is None:
            raise InputError(
                f"no {self.title} in {data_folder(data_dir).absolute()}: fetch it with "
                f"`{self.how_to_get}`, or {self.help}"
            )
        if place.is_dir():
            found = (lying_in(each, self.name) for each in self._places(place))
            place = next(filter(None, found), place)
        stated = Stated(image_shape=(1, 28, 28), preparation=self.preparation, classes=self.classes)
        data = dataset_of(read(place), self.name, place, stated)
        sizes = " / ".join(f"{len(split):,}" for split in data)
        say(f"data: {self.title} from {place} ({sizes})")
        return data

    def _places(self, folder: Path) -> Iterator[Path]:
        """Where in a folder it may lie; torchvision puts the files into ``raw``."""
        own = [folder / name for name in (self.name, *self.folders)]
        for each in own + [folder] * bool(re.fullmatch(self.bare, folder.resolve().name)):
            yield from (each, each / "raw")


def data_folder(data_dir: str | PathLike | None = None) -> Path:
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


def expanded(path: str | PathLike) -> Path:
    """The path with ``~`` replaced by the home folder.

    Raises
    ------
    InputError
        If it is empty, or names a user that there is not.
    """
    if not str(path):
        raise InputError(
            "the name of the data set is empty: expected a name such as digits, or a path"
        )
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{path}: {error}") from None


def idx_sha256(*checksums: str) -> dict[str, str]:
    """{file: checksum} of the four idx files, in the order of `IDX_FILES`."""
    return {f"{name}.gz": each for name, each in zip(IDX_FILES, checksums, strict=True)}
