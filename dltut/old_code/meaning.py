"""What old programs mean: the operators, methods and classes that Python 3 reads otherwise.

A program's tree is changed so that it calls these functions, which decide when it runs: a
quotient of two whole numbers is whole, whatever else is divided is not.
"""

import ast
import functools
import operator
from collections.abc import Callable, ItemsView, Iterable, KeysView, ValuesView

from pytensor.graph import basic

from dltut.old_code.arithmetic import met
from dltut.old_code.signs import features_of

SPECIAL_METHODS = {  # what Python 3 looks for, by what Python 2 looked for
    "next": "__next__",
    "__nonzero__": "__bool__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
}
RENAMED = {  # attributes, by their old names
    "iteritems": "items", "iterkeys": "keys", "itervalues": "values",
    "viewitems": "items", "viewkeys": "keys", "viewvalues": "values",
    "has_key": "__contains__", "next": "__next__",
    "func_name": "__name__", "func_code": "__code__", "func_defaults": "__defaults__",
    "func_globals": "__globals__", "func_doc": "__doc__", "func_dict": "__dict__",
    "im_func": "__func__", "im_self": "__self__",
    "tostring": "tobytes", "fromstring": "frombytes", "getchildren": "__iter__",
}  # fmt: skip
ITERATORS = frozenset("iteritems iterkeys itervalues".split())
CHANGED = frozenset(
    [*RENAMED, "im_class", "decode", "eval", "message", "itemset", "newbyteorder", "ptp"]
)
VIEWS = frozenset("keys values items".split())
DIVIDE, DIVIDE_IN_PLACE, ATTRIBUTE = "__divided__", "__divided_in_place__", "__attribute__"
LISTED, SORT, FLOAT = "__listed__", "__sorted_in_place__", "__float__"


def with_old_meaning(tree: ast.Module, is_python_2: bool) -> ast.Module:
    """The tree of a program, changed to call the functions of `HELPERS`.

    Parameters
    ----------
    tree : ast.Module
        It is changed.
    is_python_2 : bool
        Whether quotients, views of dictionaries and classes are Python 2's; old methods always are.
    """
    divides = not any("division" in features_of(node) for node in ast.walk(tree))
    return ast.fix_missing_locations(_Old(is_python_2, divides and is_python_2).visit(tree))


class _Old(ast.NodeTransformer):
    def __init__(self, is_python_2: bool, divides: bool):
        self.is_python_2, self.divides = is_python_2, divides

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr not in CHANGED or not isinstance(node.ctx, ast.Load):
            return node
        return _call(ATTRIBUTE, [node.value, ast.Constant(node.attr)], node)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not (self.divides and isinstance(node.op, ast.Div)):
            return node
        return _call(DIVIDE, [node.left, node.right], node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        has_calls = any(isinstance(each, ast.Call) for each in ast.walk(node.target))
        if not (self.divides and isinstance(node.op, ast.Div)) or has_calls:
            return node
        value = ast.parse(ast.unparse(node.target), mode="eval").body
        quotient = _call(DIVIDE_IN_PLACE, [value, node.value], node)
        return ast.copy_location(ast.Assign([node.target], quotient), node)

    def visit_Call(self, node):
        method = node.func.attr if isinstance(node.func, ast.Attribute) else None
        self.generic_visit(node)
        if self.is_python_2 and _is_rounding(node.func):
            return _call(FLOAT, [node], node)
        if not self.is_python_2 or method is None:
            return node
        if method == "sort" and (node.args or "cmp" in [each.arg for each in node.keywords]):
            return _call(SORT, [node.func.value, *node.args], node, node.keywords)
        if method in VIEWS and not node.args and not node.keywords:
            return _call(LISTED, [node], node)
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        if not self.is_python_2:
            return node
        own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        for old, new in SPECIAL_METHODS.items():
            if old in own and new not in own:
                node.body.append(_alias(new, ast.Name(old, ast.Load()), node))
        if "__eq__" in own and "__hash__" not in own:
            held = ast.Attribute(ast.Name("object", ast.Load()), "__hash__", ast.Load())
            node.body.append(_alias("__hash__", held, node))
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        if any(isinstance(each, ast.Yield) for each in _own_nodes(node)):
            for each in _own_nodes(node):
                for name in ("body", "orelse", "finalbody"):
                    _end_by_return(getattr(each, name, None))
            _end_by_return(node.body)
        return node


def _is_rounding(function: ast.AST) -> bool:
    """Whether this is ``math.floor`` or ``math.ceil``, which gave a float."""
    home = getattr(getattr(function, "value", None), "id", None)
    return home == "math" and getattr(function, "attr", None) in ("floor", "ceil")


def _own_nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """The nodes of a function that belong to no function inside."""
    found, waiting = [], list(function.body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return found


def _end_by_return(body: object) -> None:
    """Replace ``raise StopIteration`` in the body of a generator, where it is an error now."""
    for place, node in enumerate(body if isinstance(body, list) else []):
        raised = node.exc if isinstance(node, ast.Raise) else None
        raised = raised.func if isinstance(raised, ast.Call) else raised
        if getattr(raised, "id", None) == "StopIteration":
            body[place] = ast.copy_location(ast.Return(None), node)


def _call(name: str, arguments: list, node: ast.AST, keywords: Iterable = ()) -> ast.AST:
    function = ast.Name(name, ast.Load())
    return ast.copy_location(ast.Call(function, list(arguments), list(keywords)), node)


def _alias(name: str, value: ast.AST, node: ast.AST) -> ast.AST:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), node.body[-1])


def divided(a, b):
    """``a / b`` as Python 2 had it: whole if both are whole, numbers, arrays or expressions.

    Examples
    --------
    >>> divided(7, 2), divided(7.0, 2)
    (3, 3.5)
    """
    a, b = met(a, b)
    return a // b if is_whole(a) and is_whole(b) else operator.truediv(a, b)


def divided_in_place(a, b):
    """``a /= b`` as Python 2 had it."""
    whole = is_whole(a) and is_whole(b)
    return operator.ifloordiv(a, b) if whole else operator.itruediv(a, b)


def is_whole(value: object) -> bool:
    """Whether a value, an array or an expression is of whole numbers.

    Examples
    --------
    >>> is_whole(3), is_whole(3.0), is_whole("3")
    (True, False, False)
    """
    if isinstance(value, int):
        return True
    dtype = getattr(value, "dtype", None)
    return dtype is not None and str(dtype).startswith(("int", "uint", "bool"))


def attribute(value: object, name: str):
    """An attribute by its old name; what still has one of that name answers itself.

    Parameters
    ----------
    value : object
        Whose attribute it is.
    name : str
        One of those that were renamed or taken away.

    Examples
    --------
    >>> attribute({"W": 1}, "has_key")("W"), list(attribute({"W": 1}, "iteritems")())
    (True, [('W', 1)])
    """
    if name == "eval" and isinstance(value, basic.Variable):
        return functools.partial(_evaluated, value)
    if hasattr(value, name):
        return getattr(value, name)
    if name == "decode" and isinstance(value, str):
        return lambda *encoding: value
    if name == "message" and isinstance(value, BaseException):
        return str(value.args[0]) if len(value.args) == 1 else ""
    if name == "im_class":
        return type(value.__self__)
    if name == "ptp":
        return lambda axis=None: value.max(axis=axis) - value.min(axis=axis)
    if name == "newbyteorder":
        return lambda order="S": value.view(value.dtype.newbyteorder(order))
    if name == "itemset":
        return functools.partial(_set_item, value)
    if name in ITERATORS and hasattr(value, RENAMED[name]):
        return lambda: iter(getattr(value, RENAMED[name])())
    return getattr(value, RENAMED.get(name, name))


def _evaluated(variable: basic.Variable, inputs_to_values=None, **options):
    """PyTensor's ``eval``, in Theano's mode."""
    from dltut.theano.compile.function import evaluated

    if options or any(isinstance(each, str) for each in inputs_to_values or ()):
        return variable.eval(inputs_to_values, **options)
    return evaluated(variable, inputs_to_values)


def _set_item(array, *place_and_value) -> None:
    *place, value = place_and_value
    array.flat[place[0] if len(place) == 1 else 0] = value


def listed(values: object) -> object:
    """A list, if these are the keys, values or items of a dictionary; they were lists.

    Examples
    --------
    >>> listed({"W": 1}.keys())
    ['W']
    """
    return list(values) if isinstance(values, KeysView | ValuesView | ItemsView) else values


def sorted_in_place(values: object, *arguments, **options) -> None:
    """``values.sort(...)``, which took a function that compares two.

    Parameters
    ----------
    values : object
        A list, or whatever else can sort itself.
    *arguments, **options
        ``cmp``, ``key``, ``reverse``, in this order.
    """
    if not isinstance(values, list):
        values.sort(*arguments, **options)
        return
    options |= dict(zip(("cmp", "key", "reverse"), arguments, strict=False))
    values.sort(**_with_key(options))


def in_order(values: Iterable, cmp=None, key=None, reverse: bool = False) -> list:
    """``sorted`` as Python 2 had it, with a function that compares two.

    Parameters
    ----------
    values : iterable
        What is to be sorted.
    cmp : callable, optional
        From two values to a number below, at or above 0.
    key : callable, optional
        From a value to what is compared.
    reverse : bool
        The largest first.
    """
    return sorted(values, **_with_key({"cmp": cmp, "key": key, "reverse": reverse}))


def _with_key(options: dict) -> dict:
    """The arguments of Python 3's sort."""
    compare, key = options.get("cmp"), options.get("key")
    if compare is not None:
        as_key: Callable = functools.cmp_to_key(compare)
        key = as_key if key is None else functools.partial(_of_key, as_key, key)
    return {"key": key, "reverse": options.get("reverse", False)}


def _of_key(as_key: Callable, key: Callable, value: object) -> object:
    return as_key(key(value))


HELPERS = {
    ATTRIBUTE: attribute,
    DIVIDE: divided,
    DIVIDE_IN_PLACE: divided_in_place,
    FLOAT: float,
    LISTED: listed,
    SORT: sorted_in_place,
}
