"""Pickles read without running what they ask for: containers, numbers, strings and arrays only.

A pickle is a small program, and the plain unpickler runs it. Here a name that the file asks for
is looked up in one short table; any other name is an error.
"""

import pickle
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import IO

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.files import open_unpacked

_BROKEN = (
    pickle.UnpicklingError, EOFError, OSError, zlib.error, AttributeError, LookupError, TypeError,
    ValueError, ArithmeticError, MemoryError, RecursionError,
)  # fmt: skip


def load_arrays(source: str | PathLike | IO[bytes]):
    r"""The containers, numbers, strings and arrays in a pickle, and nothing else.

    Parameters
    ----------
    source : path or binary file
        Written by Python 2 or 3 and NumPy 1 or 2, gzip-packed or not (told by content). An open
        file is left behind the pickle that was read; a path must hold one pickle.

    Returns
    -------
    tuple, list, dict, ndarray ...
        What was pickled. Python 2's strings come as `str`, read as Latin-1.

    Raises
    ------
    InputError
        If the pickle asks for any function or class besides these, is cut off or damaged.

    Examples
    --------
    >>> import io, pickle
    >>> load_arrays(io.BytesIO(pickle.dumps((np.arange(3), [0.5]))))
    (array([0, 1, 2]), [0.5])
    >>> load_arrays(io.BytesIO(b"cposix\nsystem\n(S'ls'\ntR."))
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: ... asks to run posix.system; only arrays are read; nothing was run
    """
    if hasattr(source, "read"):
        return _load(source, getattr(source, "name", "the pickle"))
    values = load_sequence(source)
    if len(values) > 1:
        raise InputError(f"{source} holds {len(values)} pickles, expected one: use load_sequence")
    return values[0]


def load_sequence(path: str | PathLike) -> list:
    """What the pickles that follow one another in a file hold, in order.

    Parameters
    ----------
    path : path
        Such as the tutorials' saved parameters, or ``imdb.pkl``; gzip-packed or not.

    Raises
    ------
    InputError
        As for `load_arrays`; an empty file is an error too.
    """
    values = []
    with open_unpacked(path) as file, _damage_named(path):
        while not values or file.peek(1):
            values.append(_load(file, path))
    return values


def _load(file: IO[bytes], name: object):
    with _damage_named(name):
        return _Finished().value(_ArrayUnpickler(file, name).load())


@contextmanager
def _damage_named(name: object) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except _BROKEN as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{name} is not a whole pickle of arrays ({reason}); it may be cut off or damaged: "
            "fetch or write it again"
        ) from None


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that finds only the names in `_ALLOWED`."""

    def __init__(self, file: IO[bytes], name: object):
        super().__init__(file, encoding="latin1")
        self.name = name

    def find_class(self, module: str, name: str):
        home = module.replace("numpy._core", "numpy.core").replace("__builtin__", "builtins")
        if (home, name) not in _ALLOWED:
            raise InputError(
                f"{self.name} asks to run {module}.{name}; only arrays are read; nothing was run"
            )
        return _Callable(_ALLOWED[home, name])


class _Callable:
    """A function that a pickle may call but not change."""

    __slots__ = ("_function",)

    def __init__(self, function):
        self._function = function

    def __call__(self, *args):
        return self._function(*args)

    def __setstate__(self, state):
        raise TypeError("a function has no state")


class _Dtype:
    """Stands for numpy.dtype, whose own __setstate__ trusts every flag that a file gives it."""

    def __init__(self, code, align=False, copy=True):
        self.code = code.decode("latin1") if isinstance(code, bytes) else code
        if not re.fullmatch(r"[biufcSU]\d+|O\d?", self.code):
            raise TypeError(f"an array of type {self.code!r}; expected numbers or strings")
        self.order = "="

    def __setstate__(self, state):
        self.order = {"<": "<", ">": ">"}.get(state[1], "=")

    @property
    def is_object(self) -> bool:
        return self.code[0] == "O"

    def array(self, data, shape, order="C") -> np.ndarray:
        """The array whose memory is `data`: bytes, or what Latin-1 made of them."""
        if self.is_object:
            raise TypeError("an object array given as bytes")
        raw = data.encode("latin1") if isinstance(data, str) else data
        dtype = np.dtype(self.code).newbyteorder(self.order)
        values = np.frombuffer(raw, dtype).reshape(shape, order=order)
        return values.astype(dtype.newbyteorder("="), order="K")


class _Array:
    """Stands for an array between its making and the arrival of its state."""

    def __init__(self, subtype, shape, code):
        self.result, self.items = None, None

    def __setstate__(self, state):
        shape, dtype, is_fortran, data = state[-4:]
        if dtype.is_object:
            self.items, self.result = data, np.empty(len(data), object)
            self.shape, self.order = shape, "F" if is_fortran else "C"
        else:
            self.result = dtype.array(data, shape, "F" if is_fortran else "C")


class _Finished:
    """Puts the arrays where their stand-ins are; what is shared in the pickle stays shared."""

    def __init__(self):
        self.done = {}

    def value(self, given):
        kind = type(given)
        if kind not in _FINISH:
            return given
        if id(given) not in self.done:
            # the pair keeps `given` alive, so that its id stays its own
            self.done[id(given)] = given, _FINISH[kind](self, given)
        return self.done[id(given)][1]

    def _list(self, given):
        self.done[id(given)] = given, given
        given[:] = [self.value(each) for each in given]
        return given

    def _dict(self, given):
        self.done[id(given)] = given, given
        pairs = [(self.value(key), self.value(each)) for key, each in given.items()]
        given.clear()
        given.update(pairs)
        return given

    def _fixed(self, given):
        return type(given)(self.value(each) for each in given)

    def _array(self, given):
        if given.result is None:
            raise TypeError("an array without content")
        if given.items is None:
            return given.result
        for index, each in enumerate(given.items):
            given.result[index] = self.value(each)
        return given.result.reshape(given.shape, order=given.order)

    def _unfit(self, given):
        raise TypeError("a function or type where a value was expected")


_FINISH = {
    list: _Finished._list,
    dict: _Finished._dict,
    OrderedDict: _Finished._dict,
    tuple: _Finished._fixed,
    set: _Finished._fixed,
    frozenset: _Finished._fixed,
    _Array: _Finished._array,
    _Callable: _Finished._unfit,
    _Dtype: _Finished._unfit,
}


def _encode(text, encoding):
    if encoding not in ("latin1", "latin-1"):
        raise TypeError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


_ALLOWED = {
    ("numpy", "ndarray"): None,  # an argument of _reconstruct, never called
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.multiarray", "scalar"): lambda dtype, data: dtype.array(data, ())[()],
    ("numpy.core.numeric", "_frombuffer"): lambda data, dtype, *shape: dtype.array(data, *shape),
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "complex"): complex,
    ("builtins", "bytes"): lambda: b"",  # how Python 3 writes empty bytes for Python 2
}
