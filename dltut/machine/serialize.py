"""Named arrays in files: safetensors with a JSON header, or the tutorials' row of pickles."""

import json
import os
import pickle
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from dltut.exceptions import InputError, NoFile, printable
from dltut.machine.files import atomic, is_file, unreadable


def write_arrays(path: str | os.PathLike, arrays: Mapping, header: Mapping | None = None) -> None:
    """Write named arrays and a header to one file, whole or not at all.

    Parameters
    ----------
    path : path
    arrays : {str: array}
        Anything that NumPy can read, arrays of JAX too.
    header : dict of plain values, optional
        Stored as JSON beside a checksum of the arrays.

    Raises
    ------
    InputError
        If the arrays or the header hold something else than described, or the file cannot be
        written; what stood there before is untouched.
    """
    # safetensors stores other memory orders silently wrong, hence the contiguous copies.
    plain = {name: _native(np.asarray(value, order="C")) for name, value in arrays.items()}
    # One entry: safetensors writes several in an order that changes from run to run.
    header = _as_json_has_it(header or {})
    facts = json.dumps({"header": header, "crc32": _checksum(plain, header)})
    try:
        content = safetensors.numpy.save(plain, {"dltut": facts})
    except (safetensors.SafetensorError, KeyError) as error:
        raise InputError(f"{path} cannot hold these arrays ({error}): pass numbers") from None
    with atomic(path) as file:
        file.write(content)


def read_arrays(path: str | os.PathLike) -> tuple[dict[str, np.ndarray], dict]:
    """Arrays and header of a file written by `write_arrays`, or by any safetensors writer.

    Raises
    ------
    NoFile
        If the file is missing.
    InputError
        If it cannot be read, or is truncated, damaged or of another kind.
    """
    path = Path(path)
    if not is_file(path):
        of_a_run = f"{path} is a folder: name a file in it, such as best.safetensors of a run"
        raise NoFile(of_a_run if path.is_dir() else f"there is no file {path}: check the path")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            _check_names(path)
            facts = dict(_json(_own_entry(file.metadata() or {})))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise unreadable(path, error) from None
    except (
        safetensors.SafetensorError, ValueError, TypeError, AttributeError, LookupError,
        MemoryError, RecursionError,
    ) as error:  # fmt: skip
        reason = printable(error, 160)
        raise InputError(f"{path} is not a whole safetensors file ({reason}): {_ADVICE}") from None
    header = facts.get("header", {})
    is_whole = isinstance(header, dict) and facts.get("crc32") == _checksum(arrays, header)
    if facts and not is_whole:
        raise InputError(f"{path} is damaged: its checksum does not match: {_ADVICE}")
    return arrays, header


_ADVICE = "use another copy, or train again"


def named_values(params: Iterable) -> dict[str, np.ndarray]:
    """{name: value} of shared variables.

    Raises
    ------
    InputError
        If a name is missing or stands twice.
    """
    values: dict[str, np.ndarray] = {}
    for variable in params:
        if variable.name is None or variable.name in values:
            raise InputError(
                f"two parameters are called {variable.name!r}: give each layer a name of its own"
            )
        values[variable.name] = np.asarray(variable.get_value(borrow=True))
    return values


def set_named_values(params: Iterable, arrays: Mapping, source: str = "the file") -> None:
    """Put arrays into the shared variables of the same names.

    Parameters
    ----------
    params : list of shared variables
    arrays : {name: array}
    source : str
        What the error message calls the place where the arrays come from.

    Raises
    ------
    InputError
        If names or shapes are those of another model; nothing is changed then.
    """
    params = list(params)
    names = [variable.name for variable in params]
    if set(names) != set(arrays):
        raise InputError(
            f"{source} is of another model: it holds {', '.join(sorted(arrays))}; "
            f"this one needs {', '.join(sorted(names))}"
        )
    for variable in params:
        needed = variable.get_value(borrow=True).shape
        if arrays[variable.name].shape != needed:
            raise InputError(
                f"{source} is of another model: {variable.name} has shape "
                f"{arrays[variable.name].shape} there and {needed} here"
            )
    for variable in params:
        variable.set_value(np.asarray(arrays[variable.name], dtype=variable.type.dtype))


def save_sequence(path: str | os.PathLike, arrays: Iterable) -> None:
    """Write arrays one after the other as the tutorials do: one pickle each, in one file.

    Parameters
    ----------
    path : path
    arrays : list of arrays
        Such as ``[each.get_value() for each in model.params]``.

    Notes
    -----
    `dltut.machine.pickles.load_sequence` reads it, and the tutorials' own code does. Prefer
    `dltut.models.save_model`, whose files carry names, need no unpickler and can be opened by other
    programs.
    """
    with atomic(path) as file:
        for values in arrays:
            pickle.dump(np.asarray(values), file, protocol=pickle.HIGHEST_PROTOCOL)


def _check_names(path: Path) -> None:
    """Refuse a name that stands twice: of its values readers take the first, or the last."""
    with path.open("rb") as file:
        _json(file.read(int.from_bytes(file.read(8), "little")))


def _json(text: str | bytes):
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in its header")
    return found


def _own_entry(metadata: Mapping[str, str]) -> str:
    """The entry of `write_arrays`, by key or by content: damage to one leaves the other."""
    own = (text for key, text in metadata.items() if key == "dltut" or text[:9] == '{"header"')
    return next(own, "{}")


def _as_json_has_it(header: Mapping) -> dict:
    try:
        return json.loads(json.dumps(dict(header), default=np.generic.item))
    except TypeError as error:
        raise InputError(
            f"the header cannot be saved ({error}): it takes numbers, text, lists and dicts"
        ) from None


def _native(values: np.ndarray) -> np.ndarray:
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _checksum(arrays: Mapping, header: Mapping) -> int:
    total = zlib.crc32(json.dumps(header).encode())
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        total = zlib.crc32(f"{name} {values.dtype} {arrays[name].shape}".encode(), total)
        total = zlib.crc32(values, total)
    return total
