"""Quoting from files: objects stand at the margin, ``:no-docstring:`` shortens them.

``.. measured:: FILE`` shows what is indented below it where a benchmark has written that file.
"""

import ast
import textwrap
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.code import LiteralInclude
from sphinx.util.docutils import SphinxDirective

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


class Measured(SphinxDirective):
    """Its content where a file is there, and a line that says so where it is not."""

    required_arguments = 1
    has_content = True

    def run(self):
        relative, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        if Path(path).exists():
            return self.parse_content_to_nodes()
        return [nodes.paragraph("", "", nodes.emphasis(text="Not measured yet."))]


def setup(app):
    app.add_directive("measured", Measured)
    app.add_directive("literalinclude", Quotation, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
