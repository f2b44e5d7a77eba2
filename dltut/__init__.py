"""Deep learning in the Theano tradition: layers, models and training as short, readable code."""

import importlib

__version__ = "0.2.0"
__all__ = ["function", "remember", "shared_dataset"]

_HOME_OF = {
    "function": "dltut.machine.backend",
    "remember": "dltut.machine.remember",
    "shared_dataset": "dltut.machine.shared",
}


def __getattr__(name: str) -> object:
    """Import what needs PyTensor at its first use, so that `import dltut` stays light."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'dltut' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
