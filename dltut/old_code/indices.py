"""Indices of old NumPys: a list of slices or of rows of numbers meant what a tuple means."""

import ast
from collections.abc import Iterator

import numpy as np

PLACE = "__place__"  # as programs call `place`


def with_old_indices(tree: ast.Module) -> ast.Module:
    """The tree of a program, changed to call `place` wherever an index may be a list.

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


__all__ = ["place", "with_old_indices"]
