"""``pkg_resources`` and ``distutils.version``, which new Pythons and setuptools have no longer."""

import functools
import importlib.util
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from types import ModuleType


@functools.total_ordering
class LooseVersion:
    """A version that can be compared with another, or with its text.

    Parameters
    ----------
    vstring : str
        Such as 1.10.2rc1.

    Attributes
    ----------
    version : list
        Its numbers and words.

    Examples
    --------
    >>> LooseVersion("1.10") > "1.9", LooseVersion("1.0rc1") < "1.0", LooseVersion("0.3").version
    (True, True, [0, 3])
    """

    def __init__(self, vstring: str = ""):
        self.vstring = str(vstring)
        found = re.findall(r"\d+|[a-z]+", self.vstring.lower())
        self.version = [int(each) if each.isdigit() else each for each in found]

    def _ranks(self) -> list[tuple]:
        """What is compared: a word comes before the end, and a number after it."""
        without = re.sub(r"(\.0+)+(?=$|[a-z])", "", self.vstring.lower())  # 1.0 is 1
        found = LooseVersion(without).version
        return [*((2, each) if isinstance(each, int) else (0, each) for each in found), (1,)]

    def __eq__(self, other):
        return self._ranks() == _version(other)._ranks()

    def __lt__(self, other):
        return self._ranks() < _version(other)._ranks()

    def __hash__(self):
        return hash(tuple(self._ranks()))

    def __str__(self):
        return self.vstring

    def __repr__(self):
        return f"{type(self).__name__} ({str(self)!r})"


def _version(value: object) -> LooseVersion:
    return value if isinstance(value, LooseVersion) else LooseVersion(str(value))


def resource_filename(package: str, name: str) -> str:
    """The path of a file in a package.

    Parameters
    ----------
    package : str
        A module's name.
    name : str
        Of the file, from there.
    """
    return str(Path(importlib.util.find_spec(str(package)).origin).parent / name)


def resource_string(package: str, name: str) -> bytes:
    """What is in a file in a package.

    Parameters
    ----------
    package, name : str
        As `resource_filename` takes them.
    """
    return Path(resource_filename(package, name)).read_bytes()


def resource_exists(package: str, name: str) -> bool:
    """Whether a package has a file.

    Parameters
    ----------
    package, name : str
        As `resource_filename` takes them.
    """
    return Path(resource_filename(package, name)).exists()


def require(*names: str) -> list[metadata.Distribution]:
    """The packages of these names, whatever their versions are.

    Raises
    ------
    DistributionNotFound
        If one is not installed.
    """
    return [metadata.distribution(re.split(r"[<>=!~ \[;]", each)[0]) for each in names]


def entry_points(group: str, name: str | None = None) -> Iterable[metadata.EntryPoint]:
    """What installed packages offer to a program.

    Parameters
    ----------
    group : str
        What it is for.
    name : str, optional
        Only that of this name.
    """
    return iter(metadata.entry_points(group=group, **({"name": name} if name else {})))


def pkg_resources() -> ModuleType:
    """The names of ``pkg_resources`` that programs used."""
    module = ModuleType("pkg_resources")
    vars(module).update(
        parse_version=LooseVersion,
        resource_filename=resource_filename,
        resource_string=resource_string,
        resource_exists=resource_exists,
        require=require,
        get_distribution=metadata.distribution,
        iter_entry_points=entry_points,
        DistributionNotFound=metadata.PackageNotFoundError,
        VersionConflict=metadata.PackageNotFoundError,
    )
    return module


def distutils_version() -> ModuleType:
    """``distutils.version``, whose two kinds of versions are one here."""
    module = ModuleType("distutils.version")
    vars(module).update(Version=LooseVersion, LooseVersion=LooseVersion, StrictVersion=LooseVersion)
    return module


def distutils() -> ModuleType:
    """``distutils``, of which only ``version`` is there."""
    module = ModuleType("distutils")
    module.version = distutils_version()
    return module


MODULES = {
    "pkg_resources": pkg_resources,
    "distutils": distutils,
    "distutils.version": distutils_version,
}
__all__ = ["LooseVersion"]
