"""Whether a file that any Python can read means what Python 2 made of it."""

import ast
import itertools
from collections.abc import Callable, Iterator

PYTHON_2_NAMES = frozenset(
    "xrange unicode raw_input basestring long unichr reduce execfile cmp reload apply file".split()
)
PYTHON_2_METHODS = frozenset(
    "iteritems iterkeys itervalues viewitems viewkeys viewvalues has_key".split()
)
PYTHON_2_MODULES = frozenset(
    "cPickle cStringIO StringIO urllib2 urlparse Queue ConfigParser commands httplib".split()
)
LISTS = frozenset("zip map filter range".split())  # functions that made lists
VIEWS = frozenset("keys values items".split())  # methods that did
FIRST = {  # the operand that stands first in an expression of a kind
    ast.BinOp: "left",
    ast.Compare: "left",
    ast.Subscript: "value",
    ast.Attribute: "value",
    ast.IfExp: "body",
}
USES_OF_LISTS = frozenset("sort append extend insert remove pop reverse index".split())


def means_python_2(tree: ast.Module) -> bool:
    """Whether a file that reads as Python 3 is one of Python 2: it would stop, or go wrong.

    What was written for both, and says so by its first lines, is not.

    Parameters
    ----------
    tree : ast.Module
        As Python 3 reads it.

    Examples
    --------
    >>> means_python_2(ast.parse("for batch in xrange(n): step(batch)"))
    True
    >>> means_python_2(ast.parse("for batch in range(n // 20): step(batch)"))
    False
    """
    return not is_for_both(tree) and any(signs(tree))


def is_for_both(tree: ast.Module) -> bool:
    """Whether a file says that it is for Python 3 as well, or can only be for it.

    Examples
    --------
    >>> is_for_both(ast.parse("from __future__ import print_function, division"))
    True
    """
    return any(
        features_of(node) & {"print_function", "division"}
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("six"))
        or (isinstance(node, ast.Import) and any(each.name == "six" for each in node.names))
        or (isinstance(node, ast.JoinedStr | ast.Nonlocal | ast.YieldFrom | ast.AsyncFunctionDef))
        or (isinstance(node, ast.Call) and is_call_of(node, {"super"}) and not node.args)
        for node in ast.walk(tree)
    )


def features_of(node: ast.AST) -> set[str]:
    """What an import from ``__future__`` switches on."""
    is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return {each.name for each in node.names} if is_future else set()


def signs(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that no Python 3 program would have.

    Parameters
    ----------
    tree : ast.Module
        As Python 3 reads it.

    Yields
    ------
    ast.AST
        Nodes whose meaning was another one, or that had one.
    """
    nodes = list(ast.walk(tree))
    bound = set(itertools.chain.from_iterable(map(bound_by, nodes)))
    lists, quotients = assigned(nodes, makes_list), assigned(nodes, is_quotient)
    indexed = assigned(nodes, makes_no_range)
    for node in nodes:
        if (
            (isinstance(node, ast.Name) and node.id in PYTHON_2_NAMES - bound)
            or (isinstance(node, ast.Attribute) and node.attr in PYTHON_2_METHODS)
            or (isinstance(node, ast.Import) and named(node) & PYTHON_2_MODULES)
            or (isinstance(node, ast.ImportFrom) and node.module in PYTHON_2_MODULES)
            or (isinstance(node, ast.Expr) and is_print_statement(node.value))
            or needs_list(node, lists, indexed)
            or needs_whole(node, quotients)
        ):
            yield node


def bound_by(node: ast.AST) -> list[str]:
    """The names to which a node gives a meaning."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [each.asname or each.name for each in node.names]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []


def named(node: ast.Import) -> set[str]:
    """The modules that a statement imports."""
    return {each.name for each in node.names}


def is_call_of(node: ast.AST, names: set[str] | frozenset[str]) -> bool:
    """Whether a node calls a function by one of these names."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) in names


def is_print_statement(node: ast.AST) -> bool:
    """Whether Python 3 reads as an expression what was a statement: ``print >>file, x``.

    Examples
    --------
    >>> [is_print_statement(ast.parse(text).body[0].value)
    ...  for text in ("print", "print('%d') % 3", "print('a'), 'b'", "print('a')")]
    [True, True, True, False]
    >>> is_print_statement(ast.parse("print(', ').join(words)").body[0].value)
    True
    """
    if isinstance(node, ast.Tuple) and node.elts:
        return is_call_of(node.elts[0], {"print"}) or is_print_statement(node.elts[0])
    if isinstance(node, ast.Name):
        return node.id == "print"
    first = first_operand(node)
    return first is not None and (is_call_of(first, {"print"}) or is_print_statement(first))


def first_operand(node: ast.AST) -> ast.AST | None:
    """What stands at the beginning of an expression, if something is done with it."""
    if isinstance(node, ast.Call):  # of a method: print("%s").join(x)
        return node.func if isinstance(node.func, ast.Attribute) else None
    for kind, field in FIRST.items():
        if isinstance(node, kind):
            return getattr(node, field)
    return node.values[0] if isinstance(node, ast.BoolOp) else None


def makes_list(node: ast.AST) -> bool:
    """Whether a call gave a list once, and gives something else now."""
    is_view = isinstance(node, ast.Call) and getattr(node.func, "attr", None) in VIEWS
    return is_call_of(node, LISTS) or (is_view and not node.args)


def is_quotient(node: ast.AST) -> bool:
    """Whether a value is a quotient, which was a whole number if its parts were."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def assigned(nodes: list[ast.AST], kind: Callable) -> set[str]:
    """The names that only hold values of a kind.

    Parameters
    ----------
    nodes : list of ast.AST
        All of a file.
    kind : callable
        From a node to whether it is of the kind.

    Returns
    -------
    set of str
        They may mean different things in different functions; those are left out.
    """
    values = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and (name := name_of(node.targets[0])):
            values.setdefault(name, []).append(node.value)
    return {name for name, found in values.items() if all(map(kind, found))}


def name_of(node: ast.AST) -> str | None:
    """The name of a variable; of an attribute, with a dot before it, whoever has it."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def makes_no_range(node: ast.AST) -> bool:
    """Whether a call gave a list once that cannot be indexed now."""
    return makes_list(node) and not is_call_of(node, {"range"})


def needs_list(node: ast.AST, lists: set[str], indexed: set[str]) -> bool:
    """Whether a node does with the result of ``zip`` or ``keys`` what only lists can do.

    Parameters
    ----------
    node : ast.AST
        Any.
    lists, indexed : set of str
        Names of such results; of those that cannot be indexed.
    """

    def was_list(value):
        return makes_list(value) or name_of(value) in lists

    if isinstance(node, ast.Subscript):
        return makes_no_range(node.value) or name_of(node.value) in indexed
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return makes_list(node.left) or makes_list(node.right)
    if is_call_of(node, {"len"}):
        return any(is_call_of(each, {"zip", "map", "filter"}) for each in node.args)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("array", "asarray"):
            return any(is_call_of(each, {"zip", "map", "filter"}) for each in node.args)
        shuffled = node.func.attr == "shuffle" and any(map(was_list, node.args))
        return shuffled or (node.func.attr in USES_OF_LISTS and was_list(node.func.value))
    return False


def needs_whole(node: ast.AST, quotients: set[str]) -> bool:
    """Whether a node takes a quotient where only whole numbers are allowed.

    Parameters
    ----------
    node : ast.AST
        Any.
    quotients : set of str
        Names of such results.
    """

    def was_whole(value):
        return is_quotient(value) or name_of(value) in quotients

    if is_call_of(node, {"range"}):
        return any(map(was_whole, node.args))
    if isinstance(node, ast.Subscript):
        where = node.slice
        ends = [where.lower, where.upper] if isinstance(where, ast.Slice) else [where]
        return any(is_quotient(each) for each in ends if each is not None)
    return False
