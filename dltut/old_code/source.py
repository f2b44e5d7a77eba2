"""Old source read as Python 3: its grammar, and then what its signs meant."""

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

from dltut.exceptions import InputError, printable
from dltut.machine.files import read_plain
from dltut.old_code.arithmetic import with_old_arithmetic
from dltut.old_code.indices import with_old_indices
from dltut.old_code.meaning import with_old_meaning
from dltut.old_code.signs import is_for_both, is_print_statement, means_python_2

# What changes the grammar; what changes the meaning is done when the program runs.
FIXERS = "print except exec raise throw repr ne numliterals tuple_params paren".split()
TOO_DEEP = "nested too deeply"
INSTALL = 'pip install "dltut[theano]" reads Python 2'


@dataclass
class Source:
    """A file as Python 3 reads it.

    Attributes
    ----------
    tree : ast.Module
        Its lines are those of the file.
    is_python_2 : bool
        Whether it meant what Python 2 made of it.
    """

    tree: ast.Module
    is_python_2: bool

    def code(self, path: str):
        """The compiled code, in which old methods and quotients mean what they did.

        Parameters
        ----------
        path : str
            What tracebacks name.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = with_old_meaning(with_old_indices(self.tree), self.is_python_2)
            return compile(with_old_arithmetic(tree), path, "exec", dont_inherit=True)


def parse(text: str, path: str, neighbours: bool = False) -> Source:
    """Source of either language.

    Parameters
    ----------
    text : str
        The source.
    path : str
        What errors name.
    neighbours : bool
        Whether those who use it are Python 2: then it is, unless it says that it is for both.

    Returns
    -------
    Source
        Whatever reads as Python 3 is taken for it, unless it shows `means_python_2`.

    Raises
    ------
    SyntaxError
        If it is neither language.
    InputError
        If it is Python 2, and the package that reads it is not there.

    Examples
    --------
    >>> parse("for i in range(3): total = total + i", "sum.py").is_python_2
    False
    """
    tree, is_converted = tree_of(text, path)
    if is_converted:
        return Source(tree, True)
    if not (means_python_2(tree) or (neighbours and not is_for_both(tree))):
        return Source(tree, False)
    if any(is_print_statement(each.value) for each in _statements(tree)):
        reason = SyntaxError("print is a statement", (path, 1, 1, ""))
        tree = _read(python_3(text, path, reason), path)
    return Source(tree, True)


def _statements(tree: ast.Module) -> list[ast.Expr]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]


def tree_of(text: str, path: str) -> tuple[ast.Module, bool]:
    """The tree of a source in either language, and whether its grammar is Python 2's.

    Parameters
    ----------
    text : str
        The source.
    path : str
        What errors name.

    Raises
    ------
    SyntaxError
        If it is neither language.
    InputError
        If it is Python 2, and the package that reads it is not there.
    """
    try:
        return _read(text, path), False
    except SyntaxError as error:
        return _read(python_3(text, path, error), path), True


def read(path: str | Path) -> str:
    """The text of a source file, in the encoding that it names, else UTF-8, else Latin-1.

    Parameters
    ----------
    path : path
        Of a file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return decoded(read_plain(path))
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be read ({error.strerror})") from None


def decoded(content: bytes) -> str:
    r"""The text of source, with line ends of one kind.

    Examples
    --------
    >>> decoded(b"# \xe9t\xe9\r\n")
    '# été\n'
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _read(text: str, path: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text, path)
        except ValueError as error:  # a zero byte
            raise SyntaxError(str(error), (path, 1, 1, "")) from None
        except (RecursionError, MemoryError):
            raise SyntaxError(TOO_DEEP, (path, 1, 1, "")) from None


def python_3(text: str, path: str, reason: SyntaxError) -> str:
    """Python 2 source in the grammar of Python 3, line by line.

    Parameters
    ----------
    text : str
        What Python 3 cannot read.
    path : str
        What errors name.
    reason : SyntaxError
        Why it cannot; raised again if it is no Python 2, either.

    Raises
    ------
    InputError
        If the package that converts is not there.
    """
    if reason.msg.startswith(("too many nested", TOO_DEEP)):  # in no language, and long to read
        raise reason
    try:
        from fissix.pgen2.parse import ParseError
        from fissix.pgen2.tokenize import TokenError

        from dltut.old_code.python_2 import Converter
    except ImportError:
        where = f"{printable(path)}, line {reason.lineno}"
        raise InputError(f"{where}: this is no Python 3 ({reason.msg}); {INSTALL}") from None
    fixers = [f"fissix.fixes.fix_{name}" for name in FIXERS]
    for options in ({}, {"print_function": True}):
        tool = Converter(fixers, options)
        try:
            return str(tool.refactor_string(_spaced(_as_words(text)) + "\n", printable(path)))
        except (ParseError, TokenError, IndentationError, KeyError):
            continue
        except (RecursionError, MemoryError):
            raise SyntaxError(TOO_DEEP, (path, 1, 1, "")) from None
    raise reason


def _as_words(text: str) -> str:
    """Without the prefix ``ur`` of strings, long octals; ``async`` as the name that it was."""
    text = re.sub(r"(?<![\w.])(0[0-7]+)[lL]\b", r"\1", text)
    text = re.sub(r"\b[uU][rR](?=['\"])", "r", text)
    return re.sub(r"\basync\b(?!\s+(?:def|with|for)\b)", "async_", text)


def _spaced(text: str) -> str:
    """With spaces for the tabs before each line: Python 2 let them be mixed, eight to a tab."""
    return re.sub(r"^[ \t]+", lambda found: found[0].expandtabs(8), text, flags=re.MULTILINE)
