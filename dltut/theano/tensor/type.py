"""``theano.tensor.type``: types of arrays, and variables of them."""

import pytensor
import pytensor.tensor as pt
import pytensor.tensor.type

from dltut.theano.names import passed_on


class _TheanosTensorType(type):
    """Its instances are PyTensor's types, so that what operations make belongs to it."""

    def __call__(cls, dtype, broadcastable=None, name=None, sparse_grad=False, shape=None):
        pattern = shape if broadcastable is None else broadcastable
        return pytensor.tensor.type.TensorType(str(dtype), _lengths(pattern), name=name)

    def __instancecheck__(cls, instance):
        return isinstance(instance, pytensor.tensor.type.TensorType)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, pytensor.tensor.type.TensorType)


class TensorType(metaclass=_TheanosTensorType):
    """``TensorType(dtype, broadcastable)``: True for each axis of length 1.

    Examples
    --------
    >>> TensorType("float64", (False, True))("x").broadcastable
    (False, True)
    """

    dtype_specs_map = pytensor.tensor.type.TensorType.dtype_specs_map


Tensor = TensorType  # its first name


def _lengths(pattern) -> tuple:
    """1 or None for each truth of a pattern; lengths as they are."""
    return tuple((1 if each else None) if isinstance(each, bool) else each for each in pattern)


def _constructor(pattern: tuple):
    """``matrix(name, dtype)`` for a pattern of axes."""

    def made(name=None, dtype=None):
        dtype = pytensor.config.floatX if dtype is None else str(dtype)
        return TensorType(dtype, pattern)(name)

    return made


def _plural(constructor):
    """``matrices("x", "y")``, ``matrices(2)`` or ``matrices("xy")``: a list of variables."""

    def made(*names):
        if names and isinstance(names[0], int):
            return [constructor() for _ in range(names[0])]
        names = names[0] if len(names) == 1 else names
        return constructor(names) if len(names) == 1 else [constructor(name) for name in names]

    return made


N = False
PATTERNS = {
    "scalar": (),
    "vector": (N,),
    "matrix": (N,) * 2,
    "row": (True, N),
    "col": (N, True),
    **{f"tensor{n}": (N,) * n for n in range(3, 8)},
}
PLURALS = {name: f"{name}s" for name in PATTERNS} | {"matrix": "matrices"}
WIDTHS = {
    **{"b": "int8", "w": "int16", "i": "int32", "l": "int64", "c": "complex64"},
    **{"ub": "uint8", "uw": "uint16", "ui": "uint32", "ul": "uint64"},
    **{"f": "float32", "d": "float64", "z": "complex128"},
}
KINDS = {
    f"{letter}{name}": TensorType(width, pattern)
    for letter, width in WIDTHS.items()
    for name, pattern in PATTERNS.items()
}
CONSTRUCTORS = {name: _constructor(pattern) for name, pattern in PATTERNS.items()}
NAMED = {
    **KINDS,
    **CONSTRUCTORS,
    **{PLURALS[name]: _plural(made) for name, made in CONSTRUCTORS.items()},
    **{
        f"{letter}{plural}": _plural(KINDS[f"{letter}{name}"])
        for letter in WIDTHS
        for name, plural in PLURALS.items()
    },
}
_elsewhere = passed_on(__name__, "pytensor.tensor.type")


def tensor(*arguments, **options):
    """A variable: ``tensor(name, dtype=, broadcastable=)`` or ``tensor(dtype, broadcastable)``."""
    if len(arguments) > 1 and not isinstance(arguments[1], str):
        dtype, pattern, *name = arguments
        return TensorType(dtype, pattern)(
            *name, **{k: v for k, v in options.items() if k == "name"}
        )
    options = dict(zip(("name", "dtype"), arguments, strict=False)) | options
    pattern = options.pop("broadcastable", options.pop("shape", None))
    dtype = options.get("dtype") or options.get("name") or "floatX"
    if "dtype" in options:
        return TensorType(dtype, pattern)(options.get("name"))
    return TensorType(dtype, pattern)()


def __getattr__(name):
    if name in NAMED:
        return NAMED[name]
    return _elsewhere(name)


def __dir__():
    return sorted({*globals(), *NAMED, *dir(pt.type)})
