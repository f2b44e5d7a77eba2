"""Quoting from files: objects stand at the margin, and may leave docstrings out.

``:short-docstring:`` leaves the first line of each, ``:no-docstring:`` none.

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


def with_docstrings_cut(code: str, keep: int) -> str:
    """The code with the first `keep` lines, 0 or 1, of each docstring."""
    lines = code.split("\n")
    documented = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None
    ]
    for node in documented:
        docstring = node.body[0]
        first, last = docstring.lineno - 1, docstring.end_lineno
        kept = [lines[first].removesuffix('"""') + '"""'][:keep]
        if not kept:
            while last < len(lines) and not lines[last].strip():
                last += 1
        lines[first:last] = kept + [None] * (last - first - keep)
    return "\n".join(line for line in lines if line is not None)


class Quotation(LiteralInclude):
    option_spec = LiteralInclude.option_spec | {
        "no-docstring": directives.flag,
        "short-docstring": directives.flag,
    }

    def run(self):
        made = super().run()
        for block in (block for node in made for block in node.findall(nodes.literal_block)):
            block["quoted"] = True  # for downloads.py: not to be run where it stands
            if "pyobject" in self.options:
                block["language"] = "python"
                code = textwrap.dedent(block.astext())
                for keep, option in enumerate(("no-docstring", "short-docstring")):
                    if option in self.options:
                        code = with_docstrings_cut(code, keep)
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
