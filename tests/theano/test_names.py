"""Every name that two or more of 65 public repositories use is served, or refused in one line."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import dltut.theano
from dltut.old_code.check import verdict
from dltut.theano.names import NotServed, refuse
from dltut.theano.quiet import silently

TABLE = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()[1:]
NAMES = [line.split("\t")[0] for line in TABLE]
ROOT = Path(dltut.theano.__file__).parent
MODULES = [
    ".".join(path.relative_to(ROOT.parents[1]).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(ROOT.rglob("*.py"))
]


def found(name):
    """What stands under a dotted name that begins with theano."""
    value, module = dltut.theano, "dltut.theano"
    for part in name.split(".")[1:]:
        module = f"{module}.{part}"
        if not hasattr(value, part) and part != "startswith":
            value = importlib.import_module(module)
        else:
            value = getattr(value, part)
    return value


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_served(name):
    assert found(name) is not None or name in ("theano.config.mode",)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_refuses_what_it_has_not(module):
    here = importlib.import_module(module)
    assert here.__doc__
    assert not hasattr(here, "no_such_thing_in_theano")
    if "__getattr__" in vars(here):
        with pytest.raises(AttributeError) as error:
            here.no_such_thing_in_theano  # noqa: B018
        assert "\n" not in str(error.value)


MORE = """compat.six.moves.xrange compat.six.text_type tests.disturb_mem.disturb_mem gof.ParamsType
    gof.compilelock.get_lock sparse.sandbox.sp2.sampling_dot sandbox.cuda.ftensor4
    gpuarray.basic_ops.as_gpuarray_variable compat.get_unbound_function tensor.basic.hashtype
    """.split()


@pytest.mark.parametrize("name", MORE)
def test_a_name_of_pylearn2_is_served(name):
    assert verdict(f"theano.{name}").kind == "served"


@pytest.mark.parametrize("name", ["gpuarray.opt.register_opt", "gpuarray.basic_ops.Kernel"])
def test_what_was_for_a_card_is_refused_with_a_reason(name):
    assert verdict(f"theano.{name}").kind == "refused"


def test_the_nearest_name_is_told():
    with pytest.raises(AttributeError, match=r"theano.tensor has no sofmax here; did you mean"):
        dltut.theano.tensor.sofmax  # noqa: B018
    with pytest.raises(AttributeError, match="needed a C library"):
        dltut.theano.tensor.nnet.ctc  # noqa: B018


def test_what_is_refused_says_why_when_it_is_called():
    with pytest.raises(NotServed, match=r"theano\.printing.pydotprint is not served: it drew"):
        dltut.theano.printing.pydotprint(None)
    assert refuse("theano.f", "no").__name__ == "f"


@pytest.mark.parametrize(
    "name", ["tensor.basic.partial", "tensor.basic.AxisError", "printing.copy"]
)
def test_what_a_module_only_imported_is_not_handed_out(name):
    module, _, last = name.rpartition(".")
    with pytest.raises(AttributeError, match=rf"has no {last} here(?!.* {last}\?)"):
        getattr(importlib.import_module(f"dltut.theano.{module}"), last)


def test_news_of_old_names_is_kept_back():
    import warnings

    def old():
        warnings.warn("old", DeprecationWarning, stacklevel=2)
        return 3

    assert silently(old) == 3


def test_nothing_of_it_is_imported_by_the_house():
    code = "import dltut, dltut.machine.backend, sys; print('dltut.theano' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert shown.stdout.split() == [b"False"]


def test_the_lock_of_the_folder_is_held_and_let_go(tmp_path):
    compilelock = importlib.import_module("dltut.theano.gof.compilelock")
    compilelock.get_lock(tmp_path)
    compilelock.release_lock()
    compilelock.release_lock()  # nothing is held: nothing happens
    assert not compilelock.HELD


def test_no_module_of_the_house_imports_it_at_its_top():
    house = Path(dltut.theano.__file__).parents[1]
    own = house / "theano", house / "old_code"
    for path in house.rglob("*.py"):
        if any(path.is_relative_to(each) for each in own):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [each.name for each in getattr(node, "names", [])]
            names.append(getattr(node, "module", None) or "")
            doors = [each for each in names if each.startswith(("dltut.theano", "dltut.old_code"))]
            assert not doors, path
