"""Sphinx: `make docs`, or python -m sphinx -W --keep-going -b html docs docs/_build/html."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from dltut import __version__  # noqa: E402

project = "dltut"
author = "dltut developers"
project_copyright = author
release = version = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "numpydoc",
    "myst_nb",
    "mathml",
    "quoting",
    "downloads",
]
exclude_patterns = ["_build", "*.py", "solutions", "speed/*", "**/.ipynb_checkpoints"]
default_role = "py:obj"  # `dltut.function` links to where it is described

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True  # as written: activation=pt.tanh
numpydoc_show_class_members = False
suppress_warnings = [
    "ref.citation"
]  # a docstring that gives its source need not cite it in the text
toc_object_entries_show_parents = "hide"

nb_execution_mode = "cache"
nb_execution_timeout = 600  # seconds a cell
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_output_stderr = "remove"  # notices of what is being waited for
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
myst_enable_extensions = ["dollarmath", "amsmath"]

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"dltut {release}"
html_static_path = ["static"]
html_css_files = ["dltut.css"]
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

copybutton_exclude = ".linenos, .gp, .go"  # neither prompts nor answers
