"""Every page with code as a notebook: its text, and its code in cells, linked at the page's top."""

import base64
import doctest
import re
from pathlib import Path

import jupytext
import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

LEFT_OUT = ("api/", "changes", "contributing")  # a docstring's examples stand in the docstring
SKIPPED = nodes.comment | nodes.target | nodes.raw | nodes.substitution_definition
AROUND = {nodes.emphasis: "*", nodes.title_reference: "*", nodes.strong: "**"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
RUNNABLE = ("python", "ipython3")
LINK = '<p class="notebook"><a href="{}" download>Download this page as a notebook</a></p>'


def inline(node: nodes.Node) -> str:
    """A paragraph, or a part of one, in Markdown."""
    if isinstance(node, nodes.Text):
        return re.sub(r"([\\*_`$<])", r"\\\1", node.astext().replace("\n", " "))
    if isinstance(node, nodes.literal):
        return f"`{node.astext()}`"
    if isinstance(node, nodes.math):
        return f"${node.astext()}$"
    if isinstance(node, nodes.footnote_reference):
        return f"[{node.astext()}]"
    mark = AROUND.get(type(node), "")
    text = mark + "".join(map(inline, node.children)) + mark
    if isinstance(node, nodes.reference) and node.get("refuri", "").startswith("http"):
        return f"[{text}]({node['refuri']})"
    return text


class Cells(list):
    """A notebook's cells, filled with what a page says, node by node."""

    def __init__(self, page: nodes.document, pictures: Path):
        super().__init__()
        self.pictures, self.level = pictures, 0
        self.add(page)

    @property
    def has_code(self) -> bool:
        return any(cell.cell_type == "code" for cell in self)

    def text(self, markdown: str):
        if self and self[-1].cell_type == "markdown":
            self[-1].source += f"\n\n{markdown}"
        else:
            self.append(new_markdown_cell(markdown))

    def add(self, node: nodes.Node):
        """What the node says, by the method of its class's name, else by those of its children."""
        if not isinstance(node, SKIPPED):
            getattr(self, f"add_{type(node).__name__}", self.add_children)(node)

    def add_children(self, node):
        for child in node.children:
            self.add(child)

    def add_paragraph(self, node):
        self.text(inline(node))

    add_caption = add_rubric = add_paragraph

    def add_section(self, node):
        self.level += 1
        self.add_children(node)
        self.level -= 1

    def add_title(self, node):
        heading = isinstance(node.parent, nodes.section)
        self.text(f"{'#' * self.level} {inline(node)}" if heading else f"**{inline(node)}**")

    def add_list_item(self, node):
        numbered = isinstance(node.parent, nodes.enumerated_list)
        mark = f"{node.parent.index(node) + 1}. " if numbered else "* "
        first, *others = node.children
        self.text(mark + inline(first))
        for other in others:
            self.add(other)

    def add_definition_list_item(self, node):
        *terms, definition = node.children
        self.text(f"**{', '.join(map(inline, terms))}**")
        self.add(definition)

    def add_footnote(self, node):
        label, *paragraphs = node.children
        self.text(f"[{label.astext()}] {' '.join(map(inline, paragraphs))}")

    def add_table(self, node):
        rows = [[inline(entry) for entry in row.children] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        self.text("\n".join(f"| {' | '.join(row)} |" for row in rows))

    def add_math_block(self, node):
        formula = node.astext().strip()
        if r"\\" in formula and r"\begin" not in formula:
            formula = f"\\begin{{aligned}}\n{formula}\n\\end{{aligned}}"
        self.text(f"$$\n{formula}\n$$")

    def add_image(self, node):
        path = self.pictures / node["uri"]
        if not path.exists():  # which Sphinx reports
            return
        self.text(f"![{node.get('alt', '')}](attachment:{path.name})")
        kind = "image/png" if path.suffix == ".png" else "image/jpeg"
        content = {kind: base64.b64encode(path.read_bytes()).decode()}
        self[-1].setdefault("attachments", {})[path.name] = content

    def add_literal_block(self, node):
        language = node.get("language", "").removeprefix("default")
        if language in RUNNABLE and not node.get("quoted") and not said_not_to_run(node):
            self.append(new_code_cell(node.astext().strip("\n")))
        else:
            self.text(f"```{language}\n{node.astext().strip()}\n```")

    def add_doctest_block(self, node):
        """One cell for each answer that the page shows, with the answer below it."""
        if said_not_to_run(node):
            return self.text(f"```python\n{node.astext()}\n```")
        code = []
        for example in doctest.DocTestParser().get_examples(node.astext() + "\n"):
            code.append(example.source.rstrip("\n"))
            if example.want:
                answer = new_output("execute_result", {"text/plain": example.want.rstrip("\n")})
                self.append(new_code_cell("\n".join(code), outputs=[answer]))
                code = []
        if code:
            self.append(new_code_cell("\n".join(code)))


def said_not_to_run(block):
    """Whether a comment ``.. not run: the reason`` stands before it."""
    at = block.parent.index(block)
    before = block.parent[at - 1] if at else None
    return isinstance(before, nodes.comment) and before.astext().startswith("not run: ")


def notebook(app, doctree, name):
    """The page as a notebook; None for a page without code that can be run."""
    source = Path(app.env.doc2path(name))
    if source.suffix == ".md":
        return jupytext.read(source)
    cells = Cells(doctree, Path(app.srcdir))
    if name.startswith(LEFT_OUT) or not cells.has_code:
        return None
    source = f"*From the documentation of dltut {app.config.release}.*"
    cells[0].source = cells[0].source.replace("\n\n", f"\n\n{source}\n\n", 1)
    made = new_notebook(cells=cells)
    made.metadata["kernelspec"] = KERNEL
    return made


def offer(app, doctree, name):
    """Write the page's notebook beside the pages, and a link to it below the page's title."""
    made = notebook(app, doctree, name) if app.builder.format == "html" else None
    if made is None:
        return
    path = Path(app.outdir, "_notebooks", f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
    link = LINK.format("../" * name.count("/") + f"_notebooks/{name}.ipynb")
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", link, format="html"))


def setup(app):
    app.connect("doctree-resolved", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
