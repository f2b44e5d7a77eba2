"""A program of Theano's time, run as ``python SCRIPT`` would have run it."""

import ast
import os
import re
import site
import sys
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, TracebackType

import dltut
from dltut.exceptions import InputError, printable, quoted
from dltut.machine.notices import say
from dltut.old_code.elsewhere import has_screen
from dltut.old_code.lending import Ledger, Library, lent_names
from dltut.old_code.source import Source, decoded, parse

USES_THEANO = re.compile(rb"^\s*(import|from)\s+theano\b", re.MULTILINE)
INSTALLED = [
    Path(each).resolve()
    for each in {
        *sysconfig.get_paths().values(),
        *site.getsitepackages(),
        str(Path(dltut.__file__).parent),
    }
]


class Program:
    """What belongs to a program, and what it is lent.

    Parameters
    ----------
    folder : path
        Of its first file; what lies there belongs to it.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.ledger = Ledger()
        self.library = Library(self.ledger)
        self.converted: list[str] = []
        self.before = {Path(each).resolve() for each in sys.path if each}
        self.users: dict[Path, bool] = {}
        self.is_python_2 = False

    def owns(self, path: Path) -> bool:
        """Whether a file belongs to the program, or to a library that was written for Theano.

        Parameters
        ----------
        path : path
            Of a module.
        """
        path = path.resolve()
        if any(path.is_relative_to(each) for each in INSTALLED):
            return "site-packages" in path.parts and self._uses_theano(path)
        added = {Path(each).resolve() for each in sys.path if each} - self.before
        return any(path.is_relative_to(each) for each in {self.folder, *added}) or (
            self._uses_theano(path)
        )

    def _uses_theano(self, path: Path) -> bool:
        """Whether a module, or a file of the package that holds it, imports Theano."""
        home = path.parent
        while (home.parent / "__init__.py").exists():
            home = home.parent
        top = home if (home / "__init__.py").exists() else path
        if top not in self.users:
            files = [*top.glob("*.py"), *top.glob("backend/*.py")] if top.is_dir() else [top]
            self.users[top] = any(USES_THEANO.search(each.read_bytes()) for each in files)
        return self.users[top]

    def source(self, content: bytes, path: str) -> Source:
        """A file of the program; once one is Python 2, the next are too where they leave it open.

        Parameters
        ----------
        content : bytes
            Of the file.
        path : str
            Its name.
        """
        found = parse(decoded(content), path, self.is_python_2)
        self.is_python_2 |= found.is_python_2
        if found.is_python_2:
            self.converted.append(Path(path).name)
        names = {node.id for node in ast.walk(found.tree) if isinstance(node, ast.Name)}
        for name in lent_names(names, found.is_python_2):
            self.ledger.note(name)
        return found

    def line(self) -> str:
        """What was done for it, in one line; empty if there was nothing to do."""
        parts = []
        if self.converted:
            more = len(self.converted) - 3
            names = ", ".join(self.converted[:3]) + (f" and {more} more" if more > 0 else "")
            parts.append(f"read as Python 2: {names}")
        if lent := self.ledger.line():
            parts.append(f"lent: {lent}")
        return "; ".join(parts)


class Loader(SourceFileLoader):
    """Compiles a file of the program; nothing is written beside it.

    Parameters
    ----------
    name, path : str
        Of the module and of its file.
    program : Program
        Whose it is.
    """

    def __init__(self, name: str, path: str, program: Program):
        super().__init__(name, path)
        self.program = program

    def get_code(self, fullname):
        """The code, made anew."""
        return self.program.source(self.get_data(self.path), self.path).code(self.path)

    def exec_module(self, module):
        """Run it with built-in names of its own."""
        found = self.program.source(self.get_data(self.path), self.path)
        vars(module)["__builtins__"] = self.program.library.names(found.is_python_2)
        _Compiled(self.name, self.path, found).exec_module(module)

    def run_in(self, names: dict, path: str) -> None:
        """Run another file in the names of a module, as ``execfile`` did.

        Parameters
        ----------
        names : dict
            What is known and what becomes known.
        path : str
            Of the file.
        """
        shell = _Shell()
        shell.__dict__ = names
        found = self.program.source(Path(path).read_bytes(), path)
        _Compiled(names.get("__name__", self.name), path, found).exec_module(shell)


class _Shell:
    """Stands for a module whose names are given."""


class _Compiled(SourceFileLoader):
    """A file that has been read already."""

    def __init__(self, name: str, path: str, found: Source):
        super().__init__(name, path)
        self.found = found

    def get_code(self, fullname):
        return self.found.code(self.path)


class Finder:
    """Finds the modules of the program; all others are found as ever.

    Parameters
    ----------
    program : Program
        Whose they are.
    """

    def __init__(self, program: Program):
        self.program = program

    def find_spec(self, name, path=None, target=None) -> ModuleSpec | None:
        """What to load a module from, as Python's own finders say it.

        Parameters
        ----------
        name : str
            Dotted.
        path : list of str, optional
            Of the package that holds it.
        target : module, optional
            Not used.
        """
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        if self.program.owns(Path(spec.origin)):
            spec.loader = Loader(name, spec.origin, self.program)
            return spec
        return None


def run_script(script: str, arguments: Sequence[str] = ()) -> None:
    """Run a file as ``python SCRIPT ARGUMENTS`` would.

    Parameters
    ----------
    script : str
        A file, or a folder with a file ``__main__.py``.
    arguments : sequence of str
        What it finds in ``sys.argv``.

    Raises
    ------
    InputError
        If there is no such file, or something that it asks for is not served here.
    SystemExit
        As the script ends itself.
    """
    path = Path(script)
    folder = path if path.is_dir() else path.parent
    path = path / "__main__.py" if path.is_dir() else path
    if not path.is_file():
        raise InputError(f"there is no script {quoted(script)}: check its name")
    program = Program(folder)
    spec = spec_from_file_location("__main__", path, loader=Loader("__main__", str(path), program))
    module = module_from_spec(spec)
    module.__spec__ = None  # as in a script
    module.__package__ = None
    with _as_main(module, str(folder.resolve()), [script, *arguments], program):
        spec.loader.exec_module(module)


def run_module(name: str, arguments: Sequence[str] = ()) -> None:
    """Run a module as ``python -m NAME ARGUMENTS`` would.

    Parameters
    ----------
    name : str
        Dotted; of a package, its ``__main__`` is run.
    arguments : sequence of str
        What it finds in ``sys.argv``.

    Raises
    ------
    InputError
        If there is none, or something that it asks for is not served here.
    SystemExit
        As the module ends itself.
    """
    here = Path.cwd()
    program = Program(here)
    module = ModuleType("__main__")
    with _as_main(module, str(here), ["-m", *arguments], program):
        spec = _spec_of(name)
        loader = Loader("__main__", spec.origin, program)
        module.__file__, module.__loader__, module.__spec__ = spec.origin, loader, spec
        module.__package__ = spec.parent
        sys.argv[0] = spec.origin
        loader.exec_module(module)


def _spec_of(name: str) -> ModuleSpec:
    from importlib.util import find_spec

    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        raise InputError(f"there is no module {quoted(name)} to run: check its name")
    return spec


@contextmanager
def _as_main(
    module: ModuleType, folder: str, arguments: list[str], program: Program
) -> Iterator[None]:
    """Let a module be the program while the block runs, and tell at its end what it was lent."""
    from dltut.theano import install  # noqa: F401  (its names are found under theano)

    before = sys.modules["__main__"], sys.argv, list(sys.path)
    finder, failure = Finder(program), _Failure(program)
    began = {str(Path.cwd()), "", str(Path(sys.argv[0]).parent)}  # where Python began to look
    sys.path[: 1 if sys.path[0] in began else 0] = [folder]
    sys.modules["__main__"], sys.argv = module, arguments
    sys.meta_path.insert(0, finder)
    if not has_screen():
        os.environ.setdefault("MPLBACKEND", "agg")
    try:
        with warnings.catch_warnings(), failure:
            if not sys.warnoptions:  # Python 2 did not show these
                warnings.simplefilter("ignore", DeprecationWarning)
                warnings.filterwarnings("ignore", ".*pytensor", FutureWarning)
            yield
    finally:
        sys.meta_path.remove(finder)
        sys.modules["__main__"], sys.argv, sys.path[:] = before
        if line := program.line():
            say(line)
    if failure.shown:
        raise SystemExit(1)


class _Failure:
    """Shows what the program failed with, as Python would if nothing stood around it.

    Parameters
    ----------
    program : Program
        Whose errors they are.
    """

    def __init__(self, program: Program):
        self.program, self.shown = program, False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        while traceback is not None and not _is_own(traceback):
            traceback = traceback.tb_next
        if isinstance(error, InputError):
            raise InputError(f"{error}{_place(traceback)}") from error
        if not isinstance(error, Exception) or isinstance(error, BrokenPipeError):
            return False
        sys.excepthook(kind, error.with_traceback(traceback), traceback)
        self.shown = True
        return True


def _is_own(traceback: TracebackType) -> bool:
    return isinstance(traceback.tb_frame.f_globals.get("__loader__"), Loader)


def _place(traceback: TracebackType | None) -> str:
    """The last line of the program before an error, in brackets."""
    found = ""
    while traceback is not None:
        if _is_own(traceback):
            name = printable(traceback.tb_frame.f_code.co_filename)
            found = f" ({name}, line {traceback.tb_lineno})"
        traceback = traceback.tb_next
    return found
