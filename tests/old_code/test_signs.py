"""Which files that any Python reads are meant for Python 2."""

import ast

import pytest

from dltut.old_code.signs import is_for_both, means_python_2

OLD = {
    "a name": "for i in xrange(3): pass",
    "a method": "for k, v in d.iteritems(): pass",
    "a module": "import cPickle",
    "a module's name": "from StringIO import StringIO",
    "a bare print": "print",
    "print to a file": "import sys\nprint >>sys.stderr, 'x'",
    "print of several": "print('a'), 'b'",
    "a print that is filled in": "print('%d') % 3",
    "a list of keys": "d.keys()[0]",
    "keys that are sorted": "ks = d.keys()\nks.sort()",
    "an index of a named list": "pairs = zip(a, b)\nlast = pairs[-1]",
    "an index of an attribute": "self.sizes = zip(a, b)\nfirst = self.sizes[:-1]",
    "a sum of lists": "updates = zip(a, b) + zip(c, d)",
    "a length": "len(map(f, x))",
    "an array of a map": "import numpy as np\nnp.array(map(f, x))",
    "a shuffled range": "import random\nr = range(10)\nrandom.shuffle(r)",
    "a range of a quotient": "for i in range(n / 20): pass",
    "a named quotient": "n_batches = x.shape[0] / 20\nfor i in range(n_batches): pass",
    "a slice to a quotient": "x[:n / 2]",
}
NEW = {
    "nothing": "",
    "whole quotients": "for i in range(n // 20): pass",
    "a quotient": "cost = a / n",
    "views in loops": "for k in sorted(d.keys()): pass",
    "a name that is its own": "xrange = range\nfor i in xrange(3): pass",
    "for both": "from __future__ import print_function\nimport cPickle",
    "six": "from six.moves import xrange\nd.iteritems()",
    "only Python 3": "f'{x}'\nprint(list(d.items())[0])",
    "an index of a range": "range(3)[0]",
    "an index of a named range": "r = range(3)\nr[0]",
    "a name of two kinds": "pairs = zip(a, b)\npairs = list(pairs)\npairs[0]",
}


@pytest.mark.parametrize("text", OLD.values(), ids=OLD)
def test_what_no_python_3_program_has(text):
    assert means_python_2(ast.parse(text))


@pytest.mark.parametrize("text", NEW.values(), ids=NEW)
def test_what_python_3_programs_have(text):
    assert not means_python_2(ast.parse(text))


def test_a_file_that_says_that_it_is_for_both():
    assert is_for_both(ast.parse("from __future__ import division"))
    assert not is_for_both(ast.parse("from __future__ import absolute_import"))
