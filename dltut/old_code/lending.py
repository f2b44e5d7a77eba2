"""What a program is lent: names that only old Pythons and old libraries had.

They are seen by the modules of that program and by nothing else: each has built-in names of its
own, and among them an ``import`` that hands out the modules of today with the missing names added.
"""

import builtins
import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType

from dltut.exceptions import InputError
from dltut.old_code import arithmetic, elsewhere, indices, meaning, numerical, packages, standard

MODULES = {
    **standard.MODULES,
    **numerical.MODULES,
    **elsewhere.MODULES,
    **packages.MODULES,
}  # gone: how to make something in their place
MISSING = {**standard.MISSING, **numerical.MISSING, **elsewhere.MISSING}
CHANGED = {**standard.CHANGED, **numerical.CHANGED, **elsewhere.CHANGED}
HOMES = {*MISSING, *CHANGED, *(name.rpartition(".")[0] for name in MODULES)}


class Ledger:
    """What was lent, in the order in which it was first asked for.

    Attributes
    ----------
    names : dict
        {what: True}
    """

    def __init__(self):
        self.names: dict[str, bool] = {}

    def note(self, name: str) -> None:
        """Remember a name, once."""
        self.names.setdefault(name, True)

    def line(self) -> str:
        """All of it in one line, or an empty one.

        Examples
        --------
        >>> ledger = Ledger()
        >>> ledger.note("xrange"), ledger.note("np.int"), ledger.note("xrange"), ledger.line()
        (None, None, None, 'xrange, np.int')
        """
        return ", ".join(self.names)


class Lent(ModuleType):
    """A module as an old program knew it: what it has today, and what it has no longer.

    Parameters
    ----------
    of : module
        Today's.
    library : Library
        Hands out what is missing, and the modules inside.
    """

    def __init__(self, of: ModuleType, library: "Library"):
        super().__init__(of.__name__)
        object.__getattribute__(self, "__dict__").update(_of=of, _library=library)

    def __getattribute__(self, name):
        own = object.__getattribute__(self, "__dict__")
        return own["_library"].attribute(own["_of"], name)

    def __setattr__(self, name, value):
        setattr(object.__getattribute__(self, "__dict__")["_of"], name, value)

    def __delattr__(self, name):
        delattr(object.__getattribute__(self, "__dict__")["_of"], name)

    def __dir__(self):
        return dir(object.__getattribute__(self, "__dict__")["_of"])


class Library:
    """Hands out modules and built-in names to one program.

    Parameters
    ----------
    ledger : Ledger
        What was lent is written there.
    """

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self.lent: dict[str, Lent] = {}
        self.made: dict[tuple[str, str], object] = {}

    def module(self, module: ModuleType) -> ModuleType:
        """A module, with what it had, if it ever had more.

        Parameters
        ----------
        module : module
            Today's.
        """
        name = module.__name__
        if name not in HOMES or sys.modules.get(name) is not module:
            return module
        return self.lent.setdefault(name, Lent(module, self))

    def attribute(self, module: ModuleType, name: str) -> object:
        """What a module has under a name, today or once.

        Parameters
        ----------
        module : module
            Today's.
        name : str
            Of an attribute.

        Raises
        ------
        AttributeError
            If it never had one.
        """
        home = module.__name__
        if name in CHANGED.get(home, {}):
            return self._made(module, name, CHANGED[home][name], noted=False)
        try:
            value = getattr(module, name)
        except AttributeError:
            return self._missing(module, name)
        return self.module(value) if isinstance(value, ModuleType) else value

    def _missing(self, module: ModuleType, name: str) -> object:
        home = module.__name__
        if (full := f"{home}.{name}") in MODULES:
            return self.gone(full)
        known = MISSING.get(home, {})
        if name not in known and "*" in known:  # wherever else such names are looked for
            return self._made(module, name, functools.partial(known["*"], name=name))
        if name not in known:
            raise AttributeError(f"module {home!r} has no attribute {name!r}")
        return self._made(module, name, known[name])

    def _made(self, module: ModuleType, name: str, make: Callable, noted: bool = True) -> object:
        key = module.__name__, name
        if key not in self.made:
            self.made[key] = make(module)
            if noted:
                self.ledger.note(f"{module.__name__}.{name}")
        return self.made[key]

    def gone(self, name: str) -> ModuleType:
        """A module that nothing has under this name any more.

        Parameters
        ----------
        name : str
            A key of `MODULES`.
        """
        self.ledger.note(name)
        key = name, ""
        if key not in self.made:
            self.made[key] = MODULES[name]()
        made = self.made[key]
        return self.module(importlib.import_module(made)) if isinstance(made, str) else made

    def names(self, is_python_2: bool) -> dict[str, object]:
        """The built-in names of a module of the program.

        Parameters
        ----------
        is_python_2 : bool
            Whether those that changed their meaning have the old one.
        """
        importer = {"__import__": functools.partial(self.importing, is_python_2)}
        old = standard.CHANGED_NAMES if is_python_2 else {}
        helpers = meaning.HELPERS | arithmetic.HELPERS | indices.HELPERS
        return vars(builtins) | helpers | standard.NAMES | old | importer

    def importing(
        self,
        is_python_2: bool,
        name: str,
        names: Mapping | None = None,
        local: Mapping | None = None,
        wanted: tuple | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What the statement ``import`` gives the program.

        Parameters
        ----------
        is_python_2 : bool
            Whether a module beside the importing one comes before all others.
        name, names, local, wanted, level
            As ``__import__`` takes them.

        Raises
        ------
        ImportError
            If there is and was none.
        """
        package = (names or {}).get("__package__")
        beside = bool(package) and level == 0
        if beside and is_python_2 and _is_beside(name, package):
            return self._beside(name, names, wanted)
        try:
            module = builtins.__import__(name, names, local, wanted or (), level)
        except ModuleNotFoundError as error:
            if level == 0 and (gone := _gone(name)) and name.startswith(error.name or ""):
                return self._gone_import(name, gone, wanted)
            if beside and error.name == name.partition(".")[0] and _is_beside(name, package):
                return self._beside(name, names, wanted)
            raise
        _say_what_is_refused(module, wanted)
        return self.module(module)

    def _beside(self, name: str, names: Mapping, wanted: tuple | None) -> ModuleType:
        """The module of the same package, as Python 2 found it without a dot."""
        first = name.partition(".")[0]
        module = builtins.__import__(name, names, None, wanted or (), 1)
        return module if wanted else sys.modules[f"{names['__package__']}.{first}"]

    def _gone_import(self, name: str, gone: str, wanted: tuple | None) -> ModuleType:
        module = self.gone(gone)
        for part in name.removeprefix(gone).split(".")[1:]:
            module = getattr(module, part)
        if wanted or "." not in name:
            return module
        first = name.partition(".")[0]
        return self.gone(first) if first in MODULES else self.module(sys.modules[first])


def _say_what_is_refused(module: ModuleType, wanted: tuple | None) -> None:
    """Say why Theano has not what ``from theano import`` asks for: Python would only say that."""
    if not module.__name__.startswith("dltut.theano"):
        return
    for name in wanted or ():
        try:
            getattr(module, name, None) if name == "*" else getattr(module, name)
        except AttributeError as error:
            if " is not served: " in str(error):
                raise InputError(str(error)) from None


def _gone(name: str) -> str | None:
    """The longest beginning of a dotted name that is a module which is gone."""
    parts = name.split(".")
    beginnings = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((each for each in beginnings if each in MODULES), None)


def _is_beside(name: str, package: str) -> bool:
    """Whether a package has a module of this name."""
    home = getattr(sys.modules.get(package), "__path__", None)
    if home is None:
        return False
    from importlib.machinery import PathFinder

    return PathFinder.find_spec(f"{package}.{name.partition('.')[0]}", home) is not None


def lent_names(names: set[str], is_python_2: bool) -> list[str]:
    """Which of the names that a module uses are lent to it.

    Parameters
    ----------
    names : set of str
        All of them.
    is_python_2 : bool
        Whether the module is.

    Examples
    --------
    >>> lent_names({"xrange", "len"}, True)
    ['xrange']
    """
    changed = standard.CHANGED_NAMES.keys() if is_python_2 else set()
    return sorted(names & (standard.NAMES.keys() | changed))
