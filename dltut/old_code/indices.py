"""Indices of old NumPys and of Theano's variables, which meant what they do not mean today."""

import ast
from collections.abc import Iterator

import numpy as np
from pytensor.tensor import TensorVariable

PLACE, NARROWED = "__place__", "__narrowed__"  # as programs call the functions below


def with_old_indices(tree: ast.Module) -> ast.Module:
    """The tree of a program, changed to call the functions of `HELPERS`.

    `place` wherever an index may be a list, `narrowed` wherever it makes a new axis.

    Parameters
    ----------
    tree : ast.Module
        It is changed.
    """
    return ast.fix_missing_locations(_Indices(set(_names_of_lists(tree))).visit(tree))


class _Indices(ast.NodeTransformer):
    def __init__(self, lists: set[str]):
        self.lists = lists

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if (taken := _axes_taken(node.slice)) is not None:
            call = ast.Call(ast.Name(NARROWED, ast.Load()), [node.value, ast.Constant(taken)], [])
            node.value = ast.copy_location(call, node.value)
            return node
        is_list = _is_list(node.slice) or getattr(node.slice, "id", None) in self.lists
        if not is_list or not isinstance(node.value, ast.Name | ast.Attribute):
            return node
        value = ast.parse(ast.unparse(node.value), mode="eval").body
        call = ast.Call(ast.Name(PLACE, ast.Load()), [value, node.slice], [])
        node.slice = ast.copy_location(call, node.slice)
        return node


def _names_of_lists(tree: ast.Module) -> Iterator[str]:
    """The names to which a file ever gives a list."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign) and _is_list(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name))


def _axes_taken(index: ast.AST) -> int | None:
    """How many axes an index names that has ``None`` in it, and no dots; else nothing."""
    parts = index.elts if isinstance(index, ast.Tuple) else []
    new = [each for each in parts if _is_new_axis(each)]
    if not new or any(isinstance(each, ast.Starred) or _is_dots(each) for each in parts):
        return None
    return len(parts) - len(new)


def _is_new_axis(node: ast.AST) -> bool:
    is_none = isinstance(node, ast.Constant) and node.value is None
    return is_none or getattr(node, "attr", getattr(node, "id", None)) == "newaxis"


def _is_dots(node: ast.AST) -> bool:
    is_dots = isinstance(node, ast.Constant) and node.value is ...
    return is_dots or getattr(node, "id", None) == "Ellipsis"


def _is_list(node: ast.AST) -> bool:
    """Whether an expression is a list, by the look of it."""
    if isinstance(node, ast.BinOp):
        return _is_list(node.left) or _is_list(node.right)
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", None) in ("list", "map", "zip")
    return isinstance(node, ast.List | ast.ListComp)


def place(value: object, index: object) -> object:
    """An index as it was meant.

    Parameters
    ----------
    value : object
        What is indexed.
    index : object
        Whatever stands in the brackets.

    Examples
    --------
    >>> place(np.zeros((2, 3)), [slice(None), 1])
    (slice(None, None, None), 1)
    >>> place(np.zeros((2, 3)), [0, 1]), place({}, 3)
    ([0, 1], 3)
    """
    if not isinstance(index, list):
        return index
    is_divided = any(each is None or isinstance(each, slice | type(...)) for each in index)
    has_rows = any(isinstance(each, list | tuple | np.ndarray) for each in index)
    return tuple(index) if is_divided or (has_rows and isinstance(value, np.ndarray)) else index


def narrowed(value: object, taken: int) -> object:
    """What an index with ``None`` in it is of: Theano dropped the axes of length 1 behind it.

    So the mask (n, 1) of a translation was ``mask[:, None]`` of shape (n, 1), not (n, 1, 1).

    Parameters
    ----------
    value : object
        What is indexed.
    taken : int
        The axes that the index names.
    """
    if not isinstance(value, TensorVariable) or value.ndim <= taken:
        return value
    is_dropped = all(value.type.broadcastable[taken:])
    return value.dimshuffle(*range(taken)) if is_dropped else value


HELPERS = {PLACE: place, NARROWED: narrowed}
__all__ = ["narrowed", "place", "with_old_indices"]
