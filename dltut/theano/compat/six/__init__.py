"""``theano.compat.six``: the package ``six``, which Theano carried with it."""

import importlib

from dltut.theano.names import public_name

__path__ = []  # what is inside is found in the package itself
__all__ = ["PY2", "PY3", "add_metaclass", "iteritems", "itervalues", "moves", "string_types"]


def __getattr__(name: str) -> object:
    """All that the package has, its modules too."""
    return getattr(importlib.import_module("six"), public_name(__name__, name))
