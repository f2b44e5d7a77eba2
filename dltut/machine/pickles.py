"""Pickles read without running what they ask for: containers, numbers, strings and arrays only.

A pickle is a small program, and the plain unpickler runs it. Here a name that the file asks for
is looked up in one short table; any other name is an error. The program cannot waste memory or time
either: see `_ArrayUnpickler` and `_Finished`.
"""

import os
import pickle
import re
import struct
from collections import OrderedDict
from functools import partial
from os import PathLike
from types import SimpleNamespace
from typing import IO, ClassVar

import numpy as np

from dltut.exceptions import InputError, printable
from dltut.machine.files import CHUNK, Unpacked, damage_told, open_unpacked

MEMORY = 64 * 2**20  # bytes that any pickle may unpack to; ten times its file is allowed beside it
MOST = 10_000  # pickles in a file
MOST_IN_KEY = 10  # values in a tuple that is a key
KEYS = (
    str, bytes, int, float, type(None),
    np.integer, np.floating, np.bool_, np.str_, np.bytes_,
)  # fmt: skip

_DAMAGE = "is not a whole pickle of arrays", "fetch or write it again"


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
        If the pickle asks for any function or class besides these, is cut off or damaged, or is a
        small file that would take much memory or time.

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
        return _load(source, getattr(source, "name", "the pickle"), _limit(source))
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
    with open_unpacked(path) as file, damage_told(path, *_DAMAGE):
        limit = MEMORY + 10 * file.size
        while not values or file.peek(1):
            if len(values) == MOST:
                raise InputError(f"{path} holds more than {MOST:,} pickles: put them into one")
            values.append(_load(file, path, limit))
    return values


def _load(file: IO[bytes], name: object, limit: int):
    with damage_told(name, *_DAMAGE):
        return _Finished(limit).value(_ArrayUnpickler(file, name, limit).load())


def _limit(file: IO[bytes]) -> int:
    """How many bytes may be made of an open file, as far as it tells its size."""
    if isinstance(file, Unpacked):
        return MEMORY + 10 * file.size
    try:
        size = os.fstat(file.fileno()).st_size
    except (AttributeError, OSError):
        size = file.getbuffer().nbytes if hasattr(file, "getbuffer") else 0
    return MEMORY + 10 * size


def _in_pieces(file: IO[bytes], n: int) -> bytes:
    """So many bytes; a file that says how many come may have fewer, and gets no room for more."""
    if n <= CHUNK:
        return file.read(n)
    pieces = []
    while n and (piece := file.read(min(n, CHUNK))):
        pieces.append(piece)
        n -= len(piece)
    return b"".join(pieces)


def _whole_line(file: IO[bytes]) -> bytes:
    """A line with its end, which the unpickler takes off without a look."""
    line = file.readline()
    if line[-1:] != b"\n":
        raise EOFError("it ends in the middle of a line")
    return line


def _with_simple_keys(code: int, keys: slice):
    """The function of an opcode, after a look at the keys on the stack that it will hash."""
    load = pickle._Unpickler.dispatch[code]

    def checked(unpickler):
        _check_keys(unpickler.stack[keys])
        load(unpickler)

    return checked


def _check_keys(keys) -> None:
    """Refuse what takes long to hash: tuples in tuples, each twice, double the time each time."""
    for key in keys:
        inside, n_left = [key], MOST_IN_KEY
        while inside:
            each = inside.pop()
            n_left -= 1
            if type(each) is tuple and len(each) <= n_left:
                inside.extend(each)
            elif n_left < 0 or not isinstance(each, KEYS):
                raise TypeError(f"a {type(each).__name__} as a key or in a set")
            elif isinstance(each, int) and each.bit_length() > 64:
                raise TypeError("a number of more than 64 bits as a key or in a set")


# Where the keys are on the stack, from the last mark on, when an opcode is about to hash them.
_HASHING = {
    pickle.SETITEM: slice(-2, -1),
    pickle.SETITEMS: slice(0, None, 2),
    pickle.DICT: slice(0, None, 2),
    pickle.ADDITEMS: slice(None),
    pickle.FROZENSET: slice(None),
}


class _ArrayUnpickler(pickle._Unpickler):
    """An unpickler that finds only the names in `_ALLOWED`, and hashes only simple keys.

    The one that is written in Python: the other makes a table of as many places as the largest
    number by which a pickle remembers a value, and seven bytes can name four thousand million.

    Parameters
    ----------
    file : binary file
    name : path
        What messages call it.
    limit : int
        Bytes that functions may return in all: a few opcodes can make an array of a text that was
        read before, again and again.
    """

    def __init__(self, file: IO[bytes], name: object, limit: int):
        read = file.read if isinstance(file, Unpacked) else partial(_in_pieces, file)
        whole = SimpleNamespace(read=read, readline=partial(_whole_line, file))
        super().__init__(whole, encoding="latin1")
        self.name, self.left = name, limit

    def find_class(self, module: str, name: str):
        home = module.replace("numpy._core", "numpy.core").replace("__builtin__", "builtins")
        if (home, name) not in _ALLOWED:
            asked = f"{printable(module)}.{printable(name)}"
            raise InputError(
                f"{self.name} asks to run {asked}; only arrays are read; nothing was run"
            )
        return _Callable(_ALLOWED[home, name])

    def load_bytearray8(self):
        """As the one of `pickle`, which makes room for as many bytes as the file says."""
        self.append(bytearray(self.read(struct.unpack("<Q", self.read(8))[0])))

    def load_reduce(self):
        super().load_reduce()
        self._count(self.stack[-1])

    def load_build(self):
        super().load_build()
        self._count(getattr(self.stack[-1], "result", None))

    def _count(self, made):
        self.left -= len(made) if isinstance(made, bytes) else getattr(made, "nbytes", 0)
        if self.left < 0:
            raise MemoryError("a small file with very large arrays")

    dispatch: ClassVar = {
        **pickle._Unpickler.dispatch,
        pickle.BYTEARRAY8[0]: load_bytearray8,
        pickle.REDUCE[0]: load_reduce,
        pickle.BUILD[0]: load_build,
        **{code[0]: _with_simple_keys(code[0], keys) for code, keys in _HASHING.items()},
    }


def _hashed(kind: type):
    """Make a set, or a dictionary of pairs, of simple keys."""

    def made(items=()):
        items = list(items)
        _check_keys((pair[0] for pair in items) if kind is OrderedDict else items)
        return kind(items)

    return made


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
        _check_shape(shape)
        raw = data.encode("latin1") if isinstance(data, str) else data
        dtype = np.dtype(self.code).newbyteorder(self.order)
        values = np.frombuffer(raw, dtype).reshape(shape, order=order)
        return values.astype(dtype.newbyteorder("="), order="K")


def _check_shape(shape) -> None:
    """Refuse an axis below zero, for which NumPy takes what is there."""
    if any(n < 0 for n in shape):
        raise ValueError("an array with an axis below zero")


class _Array:
    """Stands for an array between its making and the arrival of its state."""

    def __init__(self, subtype, shape, code):
        self.result, self.items = None, None

    def __setstate__(self, state):
        shape, dtype, is_fortran, data = state[-4:]
        if dtype.is_object:
            _check_shape(shape)
            self.items, self.result = data, np.empty(len(data), object)
            self.shape, self.order = shape, "F" if is_fortran else "C"
        else:
            self.result = dtype.array(data, shape, "F" if is_fortran else "C")


class _Finished:
    """Puts the arrays where their stand-ins are; what is shared in the pickle stays shared.

    Parameters
    ----------
    limit : int
        Bytes that all would take if what is shared were copied, as an array made of it does: a
        list that holds a list twice, which holds a list twice, and so on.
    """

    def __init__(self, limit: int):
        self.done, self.bytes, self.left = {}, {}, limit

    def value(self, given):
        kind = type(given)
        if kind not in _FINISH:
            return given
        if id(given) not in self.done:
            # the pair keeps `given` alive, so that its id stays its own
            self.done[id(given)] = given, _FINISH[kind](self, given)
            return self.done[id(given)][1]
        found = self.done[id(given)][1]
        self.left -= self.size(found)
        if self.left < 0:
            raise MemoryError("few values stand in very many places")
        return found

    def size(self, value) -> int:
        """The bytes of a value, all that is inside counted as often as it is there."""
        if id(value) in self.bytes:
            return self.bytes[id(value)]
        if not isinstance(value, list | tuple | dict | set | frozenset | np.ndarray):
            return 8
        if isinstance(value, np.ndarray) and value.dtype != object:
            return value.nbytes + 8
        self.bytes[id(value)] = 8  # of one that holds itself
        inside = value.values() if isinstance(value, dict) else value
        inside = value.flat if isinstance(value, np.ndarray) else inside
        self.bytes[id(value)] = 8 + sum(map(self.size, inside))
        return self.bytes[id(value)]

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
    ("collections", "OrderedDict"): _hashed(OrderedDict),
    ("builtins", "set"): _hashed(set),
    ("builtins", "frozenset"): _hashed(frozenset),
    ("builtins", "complex"): complex,
    ("builtins", "bytes"): lambda: b"",  # how Python 3 writes empty bytes for Python 2
}
