"""Python 2's grammar, in which nothing is nested deeper than in any program.

Imported only where a program is to be converted: it needs the package fissix.
"""

import io
from itertools import accumulate

from fissix.pgen2 import driver, grammar, parse, token, tokenize
from fissix.pytree import convert
from fissix.refactor import RefactoringTool

MOST_BACKQUOTES = 2  # one within the other
DEEPEST = 300  # unfinished rules of the grammar; programs have at most 240


class Converter(RefactoringTool):
    """Rewrites Python 2, line by line.

    Parameters
    ----------
    fixers : list of str
        Modules of fissix.
    options : dict
        As fissix takes them.
    """

    def __init__(self, fixers: list[str], options: dict):
        super().__init__(fixers, options)
        self.driver = _Driver(self.grammar, convert)


class _Driver(driver.Driver):
    """Makes the tree of a text, or ends where it is nested too deeply."""

    def parse_string(self, text, debug=False):
        starts = [0, *accumulate(len(line) for line in io.StringIO(text)), len(text)]
        parser, end = _Parser(self.grammar, self.convert), 0
        parser.setup()
        for kind, value, (row, column), *_ in tokenize.generate_tokens(io.StringIO(text).readline):
            if kind in (tokenize.COMMENT, tokenize.NL):
                continue  # they stand before the next token
            begin = starts[row - 1] + column
            kind = grammar.opmap[value] if kind == token.OP else kind
            if parser.addtoken(kind, value, (text[end:begin], (row, column))):
                return parser.rootnode
            end = begin + len(value)
        raise parse.ParseError("it ends too early", kind, value, ("", (row, column)))


class _Parser(parse.Parser):
    def push(self, *given):
        if len(self.stack) > DEEPEST:
            raise RecursionError
        super().push(*given)

    def addtoken(self, kind, value, context):
        if kind == token.BACKQUOTE and self.n_open_backquotes() > MOST_BACKQUOTES:
            raise RecursionError
        return super().addtoken(kind, value, context)

    def n_open_backquotes(self) -> int:
        """How many are around the place: each of them is rewritten as often as it is inside."""
        begun = (children[:1] for _, _, (*_, children) in self.stack)
        return sum(each[0].type == token.BACKQUOTE for each in begun if each)
