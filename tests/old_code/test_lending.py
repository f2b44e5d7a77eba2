"""What is lent is seen by the program, and by nobody else."""

import builtins
import collections
import inspect
import sys

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.old_code.lending import Ledger, Library


def test_the_program_and_its_modules_see_it(ran):
    out, said = ran(
        """
        import numpy as np
        from collections import Callable, OrderedDict
        import lending_helper
        print(isinstance(len, Callable), np.int, list(xrange(2)), lending_helper.kind)
        """,
        lending_helper="import cPickle\nkind = cPickle.__name__\n",
    )
    assert out == ["True <class 'int'> [0, 1] pickle"]
    for name in ("xrange", "collections.Callable", "numpy.int", "cPickle"):
        assert name in said


def test_nobody_else_does(ran):
    ran("import numpy as np, collections, inspect, cPickle\nnp.int, xrange, inspect.getargspec\n")
    assert not hasattr(np, "int")
    assert not hasattr(collections, "Callable")
    assert not hasattr(inspect, "getargspec")
    assert not hasattr(builtins, "xrange")
    assert "cPickle" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        import cPickle  # noqa: F401


def test_a_library_elsewhere_does_not(ran, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("elsewhere")
    (other / "lending_library.py").write_text(
        "import numpy\nhas = [hasattr(numpy, 'int'), 'xrange' in __builtins__]\n"
    )
    monkeypatch.syspath_prepend(other)
    program = "import lending_library\nprint(lending_library.has, xrange(1))\n"
    assert ran(program)[0] == ["[False, False] range(0, 1)"]


def test_a_library_that_was_written_for_theano_does(ran, tmp_path_factory, monkeypatch):
    package = tmp_path_factory.mktemp("elsewhere") / "lending_package"
    package.mkdir()
    (package / "__init__.py").write_text("if False:\n    import theano\nfrom .part import has\n")
    (package / "part.py").write_text("import numpy as np\nhas = np.float\n")
    monkeypatch.syspath_prepend(package.parent)
    assert ran("from lending_package import has\nprint(has)\n")[0] == ["<class 'float'>"]


def test_what_the_program_sets_is_set():
    module = Library(Ledger()).module(collections)
    module.of_a_test = 3
    assert collections.of_a_test == 3
    del module.of_a_test
    assert not hasattr(collections, "of_a_test")
    assert module.OrderedDict is collections.OrderedDict
    assert "OrderedDict" in dir(module)


def test_modules_beside_a_module_come_first_in_python_2(ran, tmp_path):
    package = tmp_path / "lending_old"
    package.mkdir()
    (package / "__init__.py").write_text("import inner\nfrom inner import name\nprint name\n")
    (package / "inner.py").write_text("import string\nname = string.name\n")
    (package / "string.py").write_text("name = 'beside'\n")
    assert ran("import lending_old\nprint lending_old.inner.__name__\n")[0] == [
        "beside",
        "lending_old.inner",
    ]


def test_a_module_that_never_was(ran, tmp_path):
    with pytest.raises(SystemExit):
        ran("import no_such_module_at_all\n")


def test_stars_and_names_inside(ran):
    out, _ = ran(
        """
        from numpy import *
        from numpy import random as r
        import numpy.random as npr
        import numpy.linalg
        from itertools import *
        print zeros(1), r.random_integers(2, 2), npr.random_integers(2, 2), numpy.float
        """
    )
    assert out == ["[0.] 2 2 <class 'float'>"]


def test_an_import_of_what_is_refused_says_why(ran):
    with pytest.raises(InputError, match=r"theano.gpuarray.opt.op_lifter is not served: .*program"):
        ran("from theano.gpuarray.opt import op_lifter\n")
    with pytest.raises(SystemExit):
        ran("from theano.gpuarray.opt import __no__\n")
