"""What Python's own library had: names by module, and how to make each of today's parts."""

import ast
import builtins
import functools
import importlib
import io
import math
import operator
import shlex
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import numpy

from dltut.old_code import arithmetic, meaning


def _same(name: str) -> Callable:
    """Something that lives elsewhere today, by its dotted name."""
    home, _, last = name.rpartition(".")
    return lambda module=None: getattr(importlib.import_module(home), last)


def _is(value: object) -> Callable:
    return lambda module=None: value


def several(name: str, *homes: str, **more: Callable) -> Callable:
    """A module that has the names of several.

    Parameters
    ----------
    name : str
        Its own.
    *homes : str
        The modules whose names it has; the first has them first.
    **more : callable
        From the module to what it has besides.
    """

    def made() -> ModuleType:
        module = ModuleType(name)
        for home in reversed(homes):
            vars(module).update(
                (key, value)
                for key, value in vars(importlib.import_module(home)).items()
                if not key.startswith("__")
            )
        vars(module).update((key, make(module)) for key, make in more.items())
        return module

    return made


def renamed(new: str) -> Callable:
    """A module that has only another name today."""
    return lambda: new


def as_bytes(file):
    """The bytes below a file that was opened for text: for Python 2 they were the same."""
    return file.buffer if isinstance(file, io.TextIOWrapper) else file


def _load(pickle: ModuleType) -> Callable:
    def load(file, **options):
        options = {"encoding": "latin1", **options}
        return pickle.load.__call__(as_bytes(file), **options)

    return load


def _loads(pickle: ModuleType) -> Callable:
    def loads(text, **options):
        content = text.encode("latin1") if isinstance(text, str) else text
        return pickle.loads.__call__(content, **{"encoding": "latin1", **options})

    return loads


def _dump(pickle: ModuleType) -> Callable:
    def dump(obj, file, protocol=None, *arguments, **options):
        return pickle.dump(obj, as_bytes(file), protocol, *arguments, **options)

    return dump


def _unpickler(pickle: ModuleType) -> Callable:
    class Unpickler(pickle.Unpickler):
        def __init__(self, file, **options):
            super().__init__(as_bytes(file), **{"encoding": "latin1", **options})

    return Unpickler


def _pickler(pickle: ModuleType) -> Callable:
    class Pickler(pickle.Pickler):
        def __init__(self, file, protocol=None, **options):
            super().__init__(as_bytes(file), protocol, **options)

    return Pickler


class StringIO(io.StringIO):
    """A file in memory, for text or for bytes, as whoever uses it first."""

    def __new__(cls, content: str | bytes = "", *arguments):
        """One for bytes if it begins with some."""
        return io.BytesIO(content) if isinstance(content, bytes) else super().__new__(cls)


def _getargspec(inspect: ModuleType) -> Callable:
    from collections import namedtuple

    spec = namedtuple("ArgSpec", "args varargs keywords defaults")
    return lambda function: spec(*inspect.getfullargspec(function)[:4])


def _as_text(file):
    """The lines of a file as text, however it was opened."""
    for line in file:
        yield line.decode("utf-8", "surrogateescape") if isinstance(line, bytes) else line


def _encoded(content):
    return content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content


class _Writable:
    """Another file opened for bytes that takes text."""

    def __init__(self, file):
        self.file = file

    def write(self, text):
        self.file.write(_encoded(text))


class _TakesText:
    """A file of bytes that takes text too, which was the same in Python 2."""

    def write(self, content):
        return super().write(_encoded(content))

    def writelines(self, lines):
        super().writelines(map(_encoded, lines))


class _Raw(_TakesText, io.FileIO):
    pass


class _Writer(_TakesText, io.BufferedWriter):
    pass


class _ReaderAndWriter(_TakesText, io.BufferedRandom):
    pass


def _bytes_and_text(name, mode: str, buffering: int, **options):
    """A file that is opened to write bytes, and takes text."""
    raw = _Raw(name, mode.replace("b", ""), **options)
    if buffering == 0:
        return raw
    kind = _ReaderAndWriter if "+" in mode else _Writer
    return kind(raw, buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE)


def _reader(kind: str) -> Callable:
    def made(csv):
        def read(file, *arguments, **options):
            return getattr(csv, kind)(_as_text(file), *arguments, **options)

        return read

    return made


def _writer(kind: str) -> Callable:
    def made(csv):
        def write(file, *arguments, **options):
            is_bytes = "b" in str(getattr(file, "mode", ""))
            target = _Writable(file) if is_bytes else file
            return getattr(csv, kind)(target, *arguments, **options)

        return write

    return made


@contextmanager
def nested(*managers):
    """Several context managers, entered one after the other."""
    with ExitStack() as stack:
        yield tuple(stack.enter_context(each) for each in managers)


def _method_of_str(name: str) -> Callable:
    return lambda module: lambda text, *arguments: getattr(text, name)(*arguments)


def join(words: Iterable[str], between: str = " ") -> str:
    """Words with something between."""
    return between.join(words)


def _xrange(*ends) -> range:
    return range(*map(operator.index, map(whole, ends)))


def whole(value: object) -> object:
    """A whole number, where Python 2 took one that happens to be of another kind."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cmp(a, b) -> int:
    return (a > b) - (a < b)


def _round(value, digits: int = 0) -> float:
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale


def _open(name, mode: str = "r", buffering: int = -1, **options):
    mode = mode.replace("U", "") or "r"
    mode = mode if mode[0] in "rwax" else f"r{mode}"
    if "b" not in mode:
        options = {"encoding": "utf-8", "errors": "surrogateescape", **options}
        buffering = -1 if buffering == 0 else buffering
    elif mode[0] != "r" or "+" in mode:
        return _bytes_and_text(name, mode, buffering, **options)
    return builtins.open(name, mode, buffering, **options)  # noqa: PTH123  (as it is given)


def _input(prompt: str = "") -> object:
    return ast.literal_eval(input(prompt))


def _map(function: Callable | None, *values) -> list:
    if function is None:
        return list(values[0]) if len(values) == 1 else list(zip(*values, strict=False))
    return list(map(function, *values))


def _filter(function: Callable | None, values):
    kept = filter(function, values)
    if isinstance(values, str):
        return "".join(kept)
    return tuple(kept) if isinstance(values, tuple) else list(kept)


def _list_of(function: Callable) -> Callable:
    return functools.wraps(function)(lambda *arguments: list(function(*arguments)))


def _range(*ends) -> list:
    return list(_xrange(*ends))


def _execfile(name: str, names: dict | None = None, local: dict | None = None) -> None:
    frame = sys._getframe(1)
    names = frame.f_globals if names is None else names
    loader = frame.f_globals["__loader__"]
    loader.run_in(names, str(Path(name)))


def _string(module: ModuleType) -> type:
    return str


def _of_one_element(name: str) -> Callable:
    """A function of numbers, which took arrays of one element as well."""

    def made(math):
        return lambda *values: getattr(math, name)(*map(arithmetic.only, values))

    return made


def _hashed(name: str) -> Callable:
    """A function of bytes, which took text as well."""

    def made(hashlib):
        def digest(*content, **options):
            found = getattr(hashlib, name)(*map(_encoded, content), **options)
            return _Hash(found)

        return digest

    return made


class _Hash:
    """What is hashed so far, in bytes or in text.

    Parameters
    ----------
    of : hash
        Python's own.
    """

    def __init__(self, of):
        self.of = of

    def __getattr__(self, name):
        return getattr(self.of, name)

    def update(self, content) -> None:
        """Go on with this."""
        self.of.update(_encoded(content))


def _sample(random: ModuleType) -> Callable:
    def sample(population, *arguments, **options):
        """Sets could be drawn from."""
        is_set = isinstance(population, set | frozenset)
        return random.sample(list(population) if is_set else population, *arguments, **options)

    return sample


def _dumped(name: str) -> Callable:
    """A function that writes JSON; NumPy's whole numbers were whole numbers of Python 2."""

    def made(json):
        def dump(obj, *arguments, **options):
            given = options.pop("default", None)
            own = options.pop("cls", None) or json.JSONEncoder

            class Encoder(own):
                def default(self, value):
                    if type(value) is numpy.int64:
                        return int(value)
                    return given(value) if given else super().default(value)

            return getattr(json, name)(obj, *arguments, cls=Encoder, **options)

        return dump

    return made


def _isinstance(value: object, kinds) -> bool:
    """NumPy's widest whole numbers were a kind of Python 2's."""
    if isinstance(value, kinds):
        return True
    return type(value) is numpy.int64 and isinstance(0, kinds)


NAMES = {  # every module of an old program has these
    "xrange": _xrange,
    "unicode": str,
    "raw_input": input,
    "basestring": (str, bytes),
    "long": int,
    "unichr": chr,
    "reduce": functools.reduce,
    "cmp": _cmp,
    "reload": importlib.reload,
    "execfile": _execfile,
    "apply": lambda function, arguments=(), options=None: function(*arguments, **(options or {})),
    "buffer": memoryview,
    "file": _open,
    "intern": sys.intern,
    "coerce": lambda a, b: (a + b * 0, b + a * 0),
    "StandardError": Exception,
}
CHANGED_NAMES = {  # those of Python 2 alone: in Python 3 they mean something else
    "range": _range,
    "map": _map,
    "filter": _filter,
    "zip": _list_of(zip),
    "round": _round,
    "input": _input,
    "open": _open,
    "sorted": meaning.in_order,
    "isinstance": _isinstance,
}

PARSE, REQUEST = "urllib.parse", "urllib.request"
MODULES = {
    "cPickle": renamed("pickle"),
    "cStringIO": several("cStringIO", "io", StringIO=_is(StringIO)),
    "StringIO": several("StringIO", "io", StringIO=_is(StringIO)),
    "urllib2": several("urllib2", "urllib.request", "urllib.error", "urllib.parse"),
    "urlparse": renamed("urllib.parse"),
    "Queue": renamed("queue"),
    "ConfigParser": several(
        "ConfigParser", "configparser", SafeConfigParser=_same("configparser.ConfigParser")
    ),
    "commands": several(
        "commands",
        getoutput=_same("subprocess.getoutput"),
        getstatusoutput=_same("subprocess.getstatusoutput"),
    ),
    "httplib": renamed("http.client"),
    "cookielib": renamed("http.cookiejar"),
    "Cookie": renamed("http.cookies"),
    "BaseHTTPServer": renamed("http.server"),
    "SimpleHTTPServer": renamed("http.server"),
    "SocketServer": renamed("socketserver"),
    "HTMLParser": renamed("html.parser"),
    "htmlentitydefs": renamed("html.entities"),
    "copy_reg": renamed("copyreg"),
    "__builtin__": several("__builtin__", "builtins", **{k: _is(v) for k, v in NAMES.items()}),
    "exceptions": renamed("builtins"),
    "thread": renamed("_thread"),
    "dummy_thread": renamed("_thread"),
    "Tkinter": renamed("tkinter"),
    "tkFileDialog": renamed("tkinter.filedialog"),
    "tkMessageBox": renamed("tkinter.messagebox"),
    "anydbm": renamed("dbm"),
    "repr": renamed("reprlib"),
    "UserDict": several("UserDict", "collections", IterableUserDict=_same("collections.UserDict")),
    "UserList": renamed("collections"),
    "UserString": renamed("collections"),
    "md5": several(
        "md5", "hashlib", new=lambda module: _hashed("md5")(importlib.import_module("hashlib"))
    ),
    "sha": several(
        "sha", "hashlib", new=lambda module: _hashed("sha1")(importlib.import_module("hashlib"))
    ),
    "sets": several("sets", "builtins", Set=_is(set), ImmutableSet=_is(frozenset)),
    "pipes": several("pipes", "shlex", quote=_is(shlex.quote)),
}
ABSTRACT = """Awaitable Callable Container Generator Hashable ItemsView Iterable Iterator KeysView
    Mapping MappingView MutableMapping MutableSequence MutableSet Sequence Set Sized
    ValuesView""".split()
QUOTING = "quote quote_plus unquote unquote_plus urlencode".split()
OPENING = "urlopen urlretrieve pathname2url URLopener".split()
URLLIB = {name: f"{PARSE}.{name}" for name in QUOTING}
URLLIB |= {name: f"{REQUEST}.{name}" for name in OPENING}
TYPES = {
    "ListType": list, "TupleType": tuple, "DictType": dict, "DictionaryType": dict,
    "StringType": str, "UnicodeType": str, "StringTypes": (str,), "IntType": int, "LongType": int,
    "FloatType": float, "BooleanType": bool, "ComplexType": complex, "NoneType": type(None),
    "FileType": io.IOBase, "ObjectType": object, "TypeType": type, "ClassType": type,
    "SliceType": slice, "InstanceType": object, "XRangeType": range,
}  # fmt: skip
METHODS = """atoi atof atol capitalize center count expandtabs find index ljust lower lstrip
    replace rfind rindex rjust rsplit rstrip split splitlines strip swapcase title translate upper
    zfill""".split()
STRING = {name: _method_of_str(name) for name in METHODS} | {
    "letters": _same("string.ascii_letters"),
    "lowercase": _same("string.ascii_lowercase"),
    "uppercase": _same("string.ascii_uppercase"),
    "join": _is(join),
    "joinfields": _is(join),
    "maketrans": _is(str.maketrans),
    "atoi": _is(int),
    "atol": _is(int),
    "atof": _is(float),
}
OF_NUMBERS = "ceil cos exp fabs floor isinf isnan log log10 pow sin sqrt tanh".split()
MISSING = {  # {module: {name: from the module to what it was}}
    "collections": {name: _same(f"collections.abc.{name}") for name in ABSTRACT},
    "contextlib": {"nested": _is(nested)},
    "fractions": {"gcd": _is(math.gcd)},
    "inspect": {"getargspec": _getargspec},
    "io": {},
    "itertools": {
        "izip": _is(zip),
        "imap": _is(map),
        "ifilter": _is(filter),
        "izip_longest": _same("itertools.zip_longest"),
        "ifilterfalse": _same("itertools.filterfalse"),
    },
    "math": {},
    "hashlib": {},
    "operator": {
        "div": _is(meaning.divided),
        "isCallable": _is(callable),
        "isSequenceType": _is(lambda value: hasattr(value, "__getitem__")),
        "sequenceIncludes": _is(operator.contains),
    },
    "os": {
        "getcwdu": _same("os.getcwd"),
        "errno": lambda module: importlib.import_module("errno"),
    },
    "platform": {
        "linux_distribution": _is(lambda *given, **options: ("", "", "")),
        "dist": _is(lambda *given, **options: ("", "", "")),
    },
    "cgi": {"escape": _same("html.escape")},
    "string": STRING,
    "subprocess": {},
    "sys": {
        "maxint": _is(sys.maxsize),
        "setdefaultencoding": _is(lambda name: None),
        "exc_clear": _is(lambda: None),
        "exc_type": _is(None),
        "setcheckinterval": _is(lambda count: None),
    },
    "time": {"clock": _is(time.process_time)},
    "types": {name: _is(kind) for name, kind in TYPES.items()},
    "urllib": {name: _same(home) for name, home in URLLIB.items()},
    "queue": {},
    "array": {},
    "threading": {"_sleep": _is(time.sleep)},
    "unittest": {"_TextTestResult": _same("unittest.TextTestResult")},
}
CHANGED = {
    "pickle": {
        "load": _load,
        "loads": _loads,
        "dump": _dump,
        "Pickler": _pickler,
        "Unpickler": _unpickler,
    },
    "hashlib": {name: _hashed(name) for name in ("md5", "sha1", "sha224", "sha256", "sha512")},
    "json": {"dump": _dumped("dump"), "dumps": _dumped("dumps")},
    "math": {name: _of_one_element(name) for name in OF_NUMBERS},
    "random": {"sample": _sample},
    "csv": {
        "reader": _reader("reader"),
        "DictReader": _reader("DictReader"),
        "writer": _writer("writer"),
        "DictWriter": _writer("DictWriter"),
    },
}
