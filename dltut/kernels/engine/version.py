"""What compiled code depends on: a kernel's source, the compiler, the processor.

A number that changes whenever a kernel's source does: no stale code comes from the cache.
"""

import hashlib
import platform
import re
from functools import cache
from pathlib import Path

import llvmlite
import numba
import pytensor
from numba.core.registry import cpu_target

IMPORT = re.compile(r"^from dltut\.kernels([\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


@cache
def source_version(path: str) -> int:
    """The first 60 bits of a hash of a source file and of all that it imports from the kernels.

    PyTensor keeps compiled code on disk under the operation's type, its properties and this number:
    who edits a kernel compiles that one again, and those that are made of it, but no other.

    Parameters
    ----------
    path : str
        Of a file below ``dltut/kernels``.
    """
    digest = hashlib.sha256()
    for each in sorted(_with_imports(Path(path))):
        digest.update(each.read_bytes())
    return int(digest.hexdigest()[:15], 16)


def source_size(path: str) -> int:
    """How many bytes a source file and all that it imports from the kernels have."""
    return sum(each.stat().st_size for each in _with_imports(Path(path)))


@cache
def machine() -> str:
    """What stands for the processor, as Numba takes it to be, and the versions of who compiles.

    Returns
    -------
    str
        Twelve hexadecimal digits. What is compiled elsewhere, or by others, does not count here.
    """
    versions = platform.python_version(), *(m.__version__ for m in (numba, llvmlite, pytensor))
    processor = cpu_target.target_context.codegen().magic_tuple()
    return hashlib.sha256(repr((versions, processor)).encode()).hexdigest()[:12]


def _with_imports(path: Path) -> set[Path]:
    """A file, the files of the kernels that it imports, what those import, and so on."""
    found, waiting = set(), [path]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += _imported(each)
    return found


@cache
def _imported(path: Path) -> list[Path]:
    """The files that the imports of one file name: modules, and packages with theirs."""
    root = next(each for each in path.parents if each.name == "kernels")
    places = []
    for module, several, one in IMPORT.findall(path.read_text(encoding="utf-8")):
        place = root.joinpath(*module.split("."))
        places += [place, *(place / _name(each) for each in (several or one).split(","))]
    files = [file for at in places for file in (at.with_suffix(".py"), at / "__init__.py")]
    return [file for file in files if file.is_file()]


def _name(imported: str) -> str:
    """What is imported, without the name that it is given here."""
    return imported.partition(" as ")[0].strip()
