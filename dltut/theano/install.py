"""Importing this lets programs ``import theano`` and everything below it: they get what is here.

``import dltut.theano.install`` stands in the first line of a program, or in a ``sitecustomize``.
Nothing is copied: ``theano.tensor`` and ``dltut.theano.tensor`` are one module.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from dltut.exceptions import InputError

HOME = __name__.rpartition(".")[0]  # dltut.theano


class Alias:
    """Finds the modules of `dltut.theano` under the name ``theano``."""

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        """What to load a module from; nothing if it is none of Theano's.

        Parameters
        ----------
        name : str
            Dotted.
        path, target
            Not used.

        Raises
        ------
        ModuleNotFoundError
            If Theano had no such module, or it is not served here.
        """
        if name.partition(".")[0] != "theano":
            return None
        ours = home_of(name)
        try:
            found = importlib.util.find_spec(ours)
        except ModuleNotFoundError as error:
            if error.name and not error.name.startswith((HOME, ours)):
                raise
            found = None
        if found is None:
            raise ModuleNotFoundError(f"there is no module {name} here", name=name)
        return ModuleSpec(name, self, is_package=found.submodule_search_locations is not None)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself, loaded under its own name."""
        module = importlib.import_module(home_of(spec.name))
        spec.loader_state = getattr(module, "__spec__", None)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run; it keeps the description that it had."""
        module.__spec__ = module.__spec__.loader_state


def home_of(name: str) -> str:
    """The name under which a module of Theano's is loaded here.

    Parameters
    ----------
    name : str
        Dotted, beginning with theano.

    Examples
    --------
    >>> home_of("theano.tensor"), home_of("theano.compat.six.moves")
    ('dltut.theano.tensor', 'six.moves')
    """
    inside = name.removeprefix("theano.compat.")
    return inside if inside.startswith("six.") else f"{HOME}{name.removeprefix('theano')}"


def install() -> None:
    """Let ``import theano`` mean `dltut.theano` from now on, in the whole process.

    Raises
    ------
    InputError
        If another ``theano`` is imported already.
    """
    there = sys.modules.get("theano")
    if there is not None and there is not sys.modules[HOME]:
        place = getattr(there, "__file__", None) or "an unknown place"
        raise InputError(
            f"another theano is imported already, from {place}: import dltut.theano.install first"
        )
    if not any(isinstance(each, Alias) for each in sys.meta_path):
        sys.meta_path.insert(0, Alias())
    sys.modules["theano"] = sys.modules[HOME]


install()
