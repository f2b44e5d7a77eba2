"""Models in files, by names: this library's, and those that are handed over."""

import inspect
import os
from collections.abc import Iterable, Mapping

import numpy as np

from dltut import models
from dltut.exceptions import InputError, nearest, printable
from dltut.layers.parameter import room_for
from dltut.machine.serialize import named_values, read_arrays, set_named_values, write_arrays

LEAST_ROOM = 10**6  # numbers that a model of any file may have
FORGED = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError,
    RecursionError, AssertionError, NotImplementedError,
)  # fmt: skip


def save_model(path: str | os.PathLike, model, header: Mapping | None = None) -> None:
    """Write what a model has learned and kept, with all that is needed to build it again.

    Parameters
    ----------
    path : path
        Usually ``*.safetensors``.
    model : Network, or anything with ``params``
        If it has ``kept`` (running means), that is written, too, and ``arguments``, plain values.
    header : dict of plain values, optional
        What else a reader should know, such as the class names.

    Raises
    ------
    InputError
        If two parameters share a name, or the file cannot be written.
    """
    facts = {"model": type(model).__name__, "arguments": getattr(model, "arguments", {})}
    write_arrays(path, named_values(variables_of(model)), {**(header or {}), **facts})


def load_model(path: str | os.PathLike, names: Iterable[type] = (), **arguments):
    """The model that `save_model` wrote, with its parameters and what it kept.

    Parameters
    ----------
    path : path
        Such as ``runs/mlp/best.safetensors``.
    names : classes
        Models of one's own that the file may name, and layers of one's own in a `Sequential`.
    **arguments
        Of the model, in the place of the file's: what a file can only name, such as an activation
        of one's own.

    Returns
    -------
    model

    Raises
    ------
    InputError
        If the file is damaged, names no model that is known, its parameters are those of another
        one, or they are not finite.

    Notes
    -----
    A file only names a model and its plain arguments; nothing that it names is imported, so it
    cannot run code.
    """
    arrays, header = read_arrays(path)
    stored = header.get("arguments")
    arguments = {**(stored if isinstance(stored, dict) else {}), **arguments}
    # twice: a model may make parameters that its file does not have, such as tied ones
    n = sum(values.size for values in arrays.values())
    with room_for(LEAST_ROOM + 2 * n, 100 + 2 * len(arrays)):
        model = _built(header.get("model"), names, arguments, str(path))
    set_named_values(variables_of(model), arrays, str(path))
    spoilt = [name for name, values in arrays.items() if not np.isfinite(values).all()]
    if spoilt:
        raise InputError(
            f"{path} holds NaN or infinite values in {', '.join(spoilt)}: this training diverged; "
            "train again with a lower learning rate"
        )
    return model


def variables_of(model) -> list:
    """What a file holds of a model: its ``params``, then what is ``kept`` beside them."""
    return list(dict.fromkeys([*model.params, *getattr(model, "kept", ())]))


def _built(name, own, arguments, source):
    """The model of a name, with parameters of no meaning yet."""
    library, own = [getattr(models, each) for each in models.__all__], [*own]
    known = {each.__name__: each for each in [*library, *own] if isinstance(each, type)}
    if not isinstance(name, str) or name not in known:
        raise InputError(
            f"{source} names the model {printable(repr(name))}, which cannot be built: "
            f"{nearest(str(name), known)}; a class of your own is handed over, "
            "load_model(path, names=[Class])"
        )
    takes = inspect.signature(known[name]).parameters
    # What is drawn is replaced by the file's, so any generator serves.
    drawn = {"rng": np.random.default_rng(0), "names": own}
    drawn = {name: value for name, value in drawn.items() if name in takes}
    try:
        return known[name](**drawn | arguments)
    except FORGED as error:
        reason = printable(str(error).partition("\n")[0] or type(error).__name__, 300)
        raise InputError(
            f"{source} does not fit this version's {name} ({reason}): "
            "load_model takes arguments in the place of the file's"
        ) from None
