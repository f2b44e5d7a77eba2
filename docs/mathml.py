"""Formulas as MathML, which browsers draw by themselves: pages read the same without a network."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)

AFTER_A_FUNCTION = re.compile(r"(?<=&ApplyFunction;</mo>)(?=\s*<(?!mo))")
BEFORE_A_FUNCTION = re.compile(r"(?<=/mi>|/mn>|sub>|sup>)(?=\s*<mi>[a-z]+</mi>\s*<mo>&Apply)")
ACCENT_AND_INDEX = re.compile(r"\\(tilde|hat|bar) ?\{?(\w)\}?_(\{[^{}]*\}|\w)")
THIN_SPACE = '<mspace width="0.17em"/>'
MACRONS = {ord("ˉ"): "¯"}  # as docutils writes a bar, and as fonts for mathematics have it


def mathml(node: nodes.Node, as_block: bool) -> str:
    """The MathML of a formula; a formula that cannot be translated is a warning with its place."""
    # docutils would set the index of an accented letter below the letter.
    formula = ACCENT_AND_INDEX.sub(r"\\\1{\2_\3}", node.astext())
    try:
        translated = tex2mathml(formula, as_block=as_block)
    except MathError as error:
        logger.warning("formula %r: %s", node.astext(), error, location=node)
        return f"<code>{node.astext()}</code>"
    for place in (BEFORE_A_FUNCTION, AFTER_A_FUNCTION):
        translated = place.sub(THIN_SPACE, translated)
    return translated.translate(MACRONS)


def visit_inline(self, node):
    self.body.append(mathml(node, as_block=False))
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append(f'<div class="math">{mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
