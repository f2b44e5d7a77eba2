"""Arithmetic of old NumPys: how an array met a number, and what an array of one element was.

A program's tree is changed so that it calls these functions, which decide when it runs.
"""

import ast
import operator
from collections.abc import Callable

import numpy as np

OPERATIONS = {
    ast.Add: ("__added__", operator.add),
    ast.Sub: ("__subtracted__", operator.sub),
    ast.Mult: ("__multiplied__", operator.mul),
    ast.Div: ("__true_quotient__", operator.truediv),
    ast.FloorDiv: ("__whole_quotient__", operator.floordiv),
    ast.Mod: ("__remainder__", operator.mod),
    ast.Pow: ("__power__", operator.pow),
}
NUMBER, FORMATTED, SAME, DIFFERS = "__number__", "__formatted__", "__same__", "__differs__"
NUMBERS = frozenset(["float", "int", "long"])
RANKS = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}  # by the letter of a type: a number gave way
PLAIN = ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.JoinedStr | ast.ListComp


def with_old_arithmetic(tree: ast.Module) -> ast.Module:
    """The tree of a program, changed to call the functions of `HELPERS`.

    What stands beside a number that is written out is left alone: that gives way today as well.

    Parameters
    ----------
    tree : ast.Module
        It is changed.
    """
    stored = {node.id for node in ast.walk(tree) if _is_bound(node)}
    return ast.fix_missing_locations(_Old(NUMBERS - stored).visit(tree))


def _is_bound(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


class _Old(ast.NodeTransformer):
    def __init__(self, numbers: frozenset[str]):
        self.numbers = numbers

    def visit_BinOp(self, node):
        self.generic_visit(node)
        is_text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if is_text and isinstance(node.op, ast.Mod):
            return _call(FORMATTED, [node.left, node.right], node)
        if isinstance(node.left, PLAIN) or isinstance(node.right, PLAIN):
            return node
        if (found := OPERATIONS.get(type(node.op))) is None:
            return node
        return _call(found[0], [node.left, node.right], node)

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) > 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return node
        if not _is_no_number(node.comparators[0]):
            return node
        name = SAME if isinstance(node.ops[0], ast.Eq) else DIFFERS
        return _call(name, [node.left, node.comparators[0]], node)

    def visit_Call(self, node):
        self.generic_visit(node)
        is_number = getattr(node.func, "id", None) in self.numbers
        if not is_number or len(node.args) != 1 or node.keywords or _is_plain(node.args[0]):
            return node
        return _call(NUMBER, [node.func, node.args[0]], node)


def _is_no_number(node: ast.AST) -> bool:
    """Whether ``None`` or a text is written here."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str))


def _is_plain(node: ast.AST) -> bool:
    return isinstance(node, PLAIN | ast.Starred)


def _call(name: str, arguments: list, node: ast.AST) -> ast.AST:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), arguments, []), node)


def met(a, b) -> tuple:
    """The two sides of an operation: a number gives way to an array of its kind or of a wider one.

    So a float32 array times the square root of a number stays one, as it did before NumPy 2.

    Parameters
    ----------
    a, b : object
        What is added, multiplied, ...

    Examples
    --------
    >>> met(np.ones(1, "float32"), np.float64(0.5))
    (array([1.], dtype=float32), 0.5)
    """
    if isinstance(a, np.ndarray) and a.ndim:
        return a, _giving_way(b, a)
    if isinstance(b, np.ndarray) and b.ndim:
        return _giving_way(a, b), b
    return a, b


def _giving_way(value: object, array: np.ndarray) -> object:
    """A number of NumPy's as one of Python's, if an array decides the type of what comes out."""
    if not isinstance(value, np.generic) and not (isinstance(value, np.ndarray) and not value.ndim):
        return value
    kind, other = RANKS.get(value.dtype.kind, 9), RANKS.get(array.dtype.kind, -1)
    if kind > other:
        return value
    number = value.item()
    is_held = other != 1 or np.iinfo(array.dtype).min <= number <= np.iinfo(array.dtype).max
    return number if is_held else value


def _of_two(operation: Callable) -> Callable:
    def combined(a, b):
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            a, b = met(a, b)
        return operation(a, b)

    return combined


def _remainder(a, b):
    """``a % b``, which may be a text and what is put into it."""
    return formatted(a, b) if isinstance(a, str) else operator.mod(*met(a, b))


def number(kind: type, value):
    """``float(value)`` and the like, of an array of one element too.

    Parameters
    ----------
    kind : type
        float or int.
    value : object
        What is made one.

    Examples
    --------
    >>> number(float, np.array([2.5])), number(int, "3")
    (2.5, 3)
    """
    return kind(only(value))


def only(value: object) -> object:
    """The element of an array that has one; everything else as it is."""
    if isinstance(value, np.ndarray) and value.ndim and value.size == 1:
        return value.item()
    return value


def formatted(text: str, values) -> str:
    """``text % values``, where a number may be an array of one element.

    Parameters
    ----------
    text : str
        With ``%.2f`` and the like in it.
    values : object
        A tuple, a dictionary, or one value.

    Examples
    --------
    >>> formatted("%.2f of %s", (np.array([0.5]), np.array([1])))
    '0.50 of 1'
    """
    try:
        return text % values
    except TypeError:
        if isinstance(values, tuple):
            return text % tuple(map(only, values))
        if isinstance(values, dict):
            return text % {key: only(value) for key, value in values.items()}
        return text % only(values)


def same(value: object, other: str | None):
    """``value == None``, and ``== "text"``: no array of numbers was that, as a whole.

    Parameters
    ----------
    value : object
        The left side.
    other : str or None
        The right one.

    Examples
    --------
    >>> same(np.zeros(2), None), same("mean", "mean")
    (False, True)
    """
    return False if _is_of_numbers(value) else value == other


def differs(value: object, other: str | None):
    """``value != None``, and ``!= "text"``: as `same`."""
    return True if _is_of_numbers(value) else value != other


def _is_of_numbers(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in RANKS


HELPERS = {name: _of_two(operation) for name, operation in OPERATIONS.values()} | {
    "__remainder__": _remainder,
    NUMBER: number,
    FORMATTED: formatted,
    SAME: same,
    DIFFERS: differs,
}
__all__ = [
    "differs",
    "formatted",
    "met",
    "number",
    "only",
    "same",
    "with_old_arithmetic",
]
