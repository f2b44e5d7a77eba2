"""``literalinclude`` for quoting: objects stand at the margin, ``:no-docstring:`` shortens them."""

import ast
import textwrap

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.code import LiteralInclude

DOCUMENTED = ast.FunctionDef | ast.ClassDef


def without_docstrings(code: str) -> str:
    """The code, its docstrings and the empty lines after them left out."""
    lines = code.split("\n")
    docstrings = [
        node.body[0]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None
    ]
    for docstring in docstrings:
        last = docstring.end_lineno
        while last < len(lines) and not lines[last].strip():
            last += 1
        lines[docstring.lineno - 1 : last] = [None] * (last - docstring.lineno + 1)
    return "\n".join(line for line in lines if line is not None)


class Quotation(LiteralInclude):
    option_spec = LiteralInclude.option_spec | {"no-docstring": directives.flag}

    def run(self):
        made = super().run()
        if "pyobject" in self.options:
            for block in (block for node in made for block in node.findall(nodes.literal_block)):
                code = textwrap.dedent(block.astext())
                if "no-docstring" in self.options:
                    code = without_docstrings(code)
                block.rawsource, block.children = code, []
                block += nodes.Text(code)
        return made


def setup(app):
    app.add_directive("literalinclude", Quotation, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
