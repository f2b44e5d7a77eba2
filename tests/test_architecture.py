"""The laws of the house: which module may import what, and what none may do.

Everything is read from the source with ast; nothing is imported.
"""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from dltut.commands.flags import documentation

ROOT = Path(__file__).parents[1]
FLOORS = [
    "exceptions machine kernels",
    "datasets nn viz",
    "layers optim",
    "models samplers",
    "tasks",
    "training",
    "experiment commands sweeps old_code theano __main__",
]
GROUND = set(FLOORS[0].split())
FLOOR = {part: number for number, parts in enumerate(FLOORS) for part in parts.split()}
LONGEST_FUNCTION, LONGEST_KERNEL, MANY_PARAMETERS = 30, 40, 3

SOCKETS = ["socket", "urllib.request", "http", "ftplib", "ssl", "requests", "httpx", "urllib3"]
COMPILERS = ["numba", "jax", "jaxlib", "llvmlite", "pytensor.link.numba", "pytensor.link.jax"]
GENERATORS = ["default_rng", "RandomState", "Generator", "SeedSequence", "PCG64", "BitGenerator"]
UNSAFE_CALLS = ["eval", "exec", "pickle.load", "pickle.loads", "pickle.Unpickler"]
UNSAFE_CALLS += ["yaml.load", "yaml.unsafe_load", "yaml.full_load", "__import__"]


class Module:
    """One file of the package: its name, its tree, what it imports."""

    def __init__(self, path):
        self.path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        parts = self.path.with_suffix("").parts[1:]
        self.is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.is_package else parts)
        self.part = parts[0]

    def nodes(self, *kinds):
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def at(self, node):
        return f"{self.path}:{node.lineno}"

    def imports(self):
        """(node, dotted name) of everything imported, wherever in the file."""
        for node in self.nodes(ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        for node in self.nodes(ast.ImportFrom):
            yield node, node.module or "."
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def calls(self):
        """(node, dotted name) of every call of a name or an attribute."""
        yield from ((node, dotted(node.func)) for node in self.nodes(ast.Call))


def dotted(node):
    """`a.b.c` of a chain of attributes that begins with a name, else an empty string."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return node.id if isinstance(node, ast.Name) else ""


def assert_none(found):
    """Fail with every finding on its own line; a dictionary's values say more."""
    lines = (
        [f"{place} {more}" for place, more in dict(found).items()]
        if isinstance(found, dict)
        else found
    )
    assert not found, "\n" + "\n".join(lines)


def begins(name, *prefixes):
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


MODULES = [Module(path) for path in sorted((ROOT / "dltut").rglob("*.py"))]
SCRIPTS = [Module(path) for path in sorted((ROOT / "scripts").rglob("*.py"))]
NAMES = {module.name for module in MODULES}


def importers(*prefixes, among=MODULES):
    """Where something that begins with one of these names is imported: {place: part or module}."""
    found = [
        (module, node)
        for module in among
        for node, name in module.imports()
        if begins(name, *prefixes)
    ]
    return {module.at(node): module for module, node in found}


def outside(found, *allowed):
    """The places that are not in one of the allowed modules or packages."""
    return [place for place, module in found.items() if not begins(module.name, *allowed)]


def imported_modules(module):
    """The modules of dltut that a module imports."""
    for node, name in module.imports():
        if begins(name, "dltut"):
            inner = name.removeprefix("dltut").removeprefix(".")
            if inner in NAMES - {""}:
                yield node, inner


def test_what_breaks_a_law_is_seen(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text(
        "from pytensor import function as f\n"
        "def late():\n    import jax.numpy, random\n"
        "    return np.random.rand(3), pickle.load(file), np.random.default_rng(3).random()\n"
    )
    bad = Module(path)
    found = [importers(name, among=[bad]) for name in ("pytensor.function", "jax", "random")]
    assert [[place.rpartition(":")[2] for place in each] for each in found] == [["1"], ["3"], ["3"]]
    names = {name for _, name in bad.calls()}
    assert names == {"np.random.rand", "pickle.load", "np.random.default_rng", ""}
    assert [lines_of_code(node) for node in bad.nodes(ast.FunctionDef)] == [2]


def test_every_module_has_its_floor():
    homeless = {module.part for module in MODULES} - set(FLOOR) - {"__init__"}
    assert not homeless, "assign these to a floor in tests/test_architecture.py"


def test_imports_point_downstairs():
    upstairs = []
    for module in MODULES:
        for node, name in imported_modules(module):
            part = name.partition(".")[0]
            same = part == module.part or {part, module.part} <= GROUND
            roof = FLOOR.get(module.part) == len(FLOORS) - 1
            if not same and not roof and FLOOR.get(part, 0) >= FLOOR.get(module.part, 0):
                upstairs.append(f"{module.at(node)} imports {name}")
    assert_none(upstairs)


def test_imports_go_round_in_no_circle():
    graph = {
        module.name: {name for _, name in imported_modules(module)} - {module.name}
        for module in MODULES
        if not module.is_package
    }
    assert list(TopologicalSorter(graph).static_order())


def test_imports_are_absolute_and_name_what_they_take():
    loose = [
        module.at(node)
        for module in MODULES + SCRIPTS
        for node in module.nodes(ast.ImportFrom)
        if node.level or any(alias.name == "*" for alias in node.names)
    ]
    assert_none(loose)


def test_only_backend_compiles_functions():
    places = importers("pytensor.function", "pytensor.compile.function")
    for module in MODULES:
        places |= {
            module.at(n): module for n, name in module.calls() if name == "pytensor.function"
        }
    assert_none(outside(places, "machine.backend"))


def test_only_backend_and_kernels_know_numba_and_jax():
    assert_none(outside(importers(*COMPILERS), "machine.backend", "kernels"))


NOT_COMPILED = {"jax.py", "op.py", "rewrite.py", "looped.py"}


def test_kernels_assign_no_array_to_a_part_of_another():
    """Numba compiles the words of an error for that, half a second: `copy_row` does not."""
    found = []
    for module in MODULES:
        if not begins(module.name, "kernels") or module.path.name in NOT_COMPILED:
            continue
        for node in module.nodes(ast.Assign):
            for target, value in parts_of(node):
                is_part = isinstance(target, ast.Subscript) and any(
                    isinstance(each, ast.Slice) for each in ast.walk(target.slice)
                )
                if is_part and not isinstance(value, ast.Constant | ast.UnaryOp):
                    found.append(module.at(node))
    assert_none(found)


def parts_of(node):
    """(target, value) of each of the assignments that one line makes."""
    (target,), value = node.targets[-1:], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return zip(target.elts, value.elts, strict=True)
    return [(target, value)]


def test_only_rng_draws_symbolic_bits():
    streams = importers("pytensor.tensor.random", "dltut.kernels.threefry")
    for module in MODULES:
        for node in module.nodes(ast.Attribute):
            if begins(dotted(node), "pt.random", "pytensor.tensor.random"):
                streams[module.at(node)] = module
    assert_none(outside(streams, "machine.rng", "kernels"))


def test_randomness_has_an_owner():
    unowned = importers("random", among=MODULES + SCRIPTS)
    for module in MODULES + SCRIPTS:
        for node, name in module.calls():
            if begins(name, "np.random", "numpy.random") and name.split(".")[-1] not in GENERATORS:
                unowned[module.at(node)] = module
    assert_none(list(unowned))


def test_only_download_opens_sockets():
    assert_none(outside(importers(*SOCKETS), "datasets.download"))


def test_every_picture_is_opened_as_one_of_the_kinds_that_are_meant():
    """For others Pillow starts programs, such as Ghostscript."""
    unnamed = [
        module.at(node)
        for module in MODULES + SCRIPTS
        for node in module.nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and dotted(node.func.value) in ("Image", "PIL.Image")
        and not any(each.arg == "formats" for each in node.keywords)
    ]
    assert_none(unnamed)


def test_only_viz_draws_and_without_a_screen():
    assert_none(outside(importers("matplotlib"), "viz"))
    assert_none(list(importers("matplotlib.pyplot", "pylab", among=MODULES + SCRIPTS)))


def test_the_training_loop_does_not_know_pytensor():
    loop = [module for module in MODULES if module.part == "training"]
    graphs = "training.step", "training.channels"  # expressions, and what compiles them
    assert_none(outside(importers("pytensor", among=loop), *graphs))


def test_importing_dltut_is_light_and_configures_nothing():
    heavy = "pytensor jax numba numpy scipy matplotlib PIL yaml tqdm".split()
    code = f"import dltut, sys; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert shown.stdout.split() == [b"[]"]


def test_the_lazy_names_are_there():
    import dltut

    assert [getattr(dltut, name).__name__ for name in dltut.__all__] == dltut.__all__
    with pytest.raises(AttributeError, match="no attribute 'functions'"):
        dltut.functions  # noqa: B018


def test_only_configure_changes_pytensor_s_settings():
    places = {
        module.at(node): module
        for module in MODULES
        for node in module.nodes(ast.Attribute)
        if isinstance(node.ctx, ast.Store) and begins(dotted(node), "pytensor.config", "config")
    }
    assert_none(outside(places, "machine.config"))


def test_modules_do_nothing_when_they_are_imported():
    does = [
        module.at(node)
        for module in MODULES
        for node in module.tree.body
        if (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        or isinstance(node, ast.For | ast.While | ast.With | ast.Global)
    ]
    begins_a_program = "commands/flags.py", "theano/install.py"
    assert_none([place for place in does if not any(each in place for each in begins_a_program)])


def test_nothing_is_read_that_can_run_code():
    unsafe = importers("dill", "cloudpickle", "joblib", "marshal", "shelve")
    for module in MODULES + SCRIPTS:
        unsafe |= {module.at(n): module for n, name in module.calls() if name in UNSAFE_CALLS}
        for node in module.nodes(ast.keyword):
            if node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
                unsafe[module.at(node.value)] = module
    assert_none(list(unsafe))
    readers = importers("pickle.load", "pickle.loads", "pickle.Unpickler", "_pickle")
    assert_none(outside(readers, "machine.pickles"))


def test_pictures_are_opened_in_stated_formats_only():
    """Of all that Pillow knows, some start a program."""
    assert_none(
        [
            module.at(node)
            for module in MODULES + SCRIPTS
            for node, name in module.calls()
            if begins(name, "Image.open", "PIL.Image.open")
            and "formats" not in [keyword.arg for keyword in node.keywords]
        ]
    )


def test_no_error_is_swallowed():
    broad = [
        module.at(handler)
        for module in MODULES + SCRIPTS
        for handler in module.nodes(ast.ExceptHandler)
        if handler.type is None or dotted(handler.type) in ("Exception", "BaseException")
    ]
    assert_none(broad)


def test_there_are_no_globals():
    assert_none([module.at(node) for module in MODULES for node in module.nodes(ast.Global)])


# An operation is a folder of the kernels; the machinery beside them is tested through it.
OPERATIONS = {
    f"kernels.{path.parent.name}" for path in (ROOT / "dltut" / "kernels").glob("*/op.py")
}
TESTED_IN = {  # rooms that are tested with another, which they serve
    "__main__": "commands.cli",
    "commands.ending": "commands.flags",
    "datasets.sources": "datasets.catalogue",
    "machine.theanorc": "machine.config",
    "models.boltzmann.units": "models.boltzmann.rbm",
    "nn.pair": "nn.pool",
    "samplers.checks": "samplers.hmc",
    "sweeps.worker": "sweeps.run",
    "tasks.inputs.reader": "tasks.inputs.examples",
    "theano.compile.io": "theano.compile.function",
    "theano.compile.mode": "theano.compile.function",
    "theano.compile.ops": "theano.gof.op",
    "theano.compile.sharedvalue": "theano.compile.function",
    "theano.gof.compilelock": "theano.names",
    "theano.gof.opt": "theano.gof.op",
    "theano.gpuarray.basic_ops": "theano.sandbox.cuda.dnn",
    "theano.gpuarray.type": "theano.sandbox.cuda.dnn",
    "theano.misc.ordered_set": "theano.updates",
    "theano.misc.pkl_utils": "theano.compile.function",
    "theano.misc.safe_asarray": "theano.tensor.basic",
    "theano.quiet": "theano.names",
    "theano.sandbox.cuda.basic_ops": "theano.sandbox.cuda.dnn",
    "theano.sandbox.cuda.blas": "theano.sandbox.cuda.dnn",
    "theano.sandbox.cuda.opt": "theano.sandbox.cuda.dnn",
    "theano.sandbox.rng_mrg": "theano.tensor.streams",
    "theano.tensor.arithmetic": "theano.tensor.basic",
    "theano.tensor.broadcasting": "theano.tensor.basic",
    "theano.tensor.conversion": "theano.tensor.basic",
    "theano.tensor.elemwise": "theano.tensor.basic",
    "theano.tensor.extra_ops": "theano.tensor.basic",
    "theano.tensor.inplace": "theano.tensor.basic",
    "theano.tensor.nnet.Conv3D": "theano.tensor.nnet.volumes",
    "theano.tensor.nnet.bn": "theano.tensor.nnet.nnet",
    "theano.tensor.nnet.conv": "theano.tensor.nnet.abstract_conv",
    "theano.tensor.nnet.conv3d2d": "theano.tensor.nnet.volumes",
    "theano.tensor.nnet.neighbours": "theano.tensor.nnet.abstract_conv",
    "theano.tensor.nnet.sigm": "theano.tensor.nnet.nnet",
    "theano.tensor.nnet.stable": "theano.tensor.nnet.nnet",
    "theano.tensor.products": "theano.tensor.basic",
    "theano.tensor.shaping": "theano.tensor.basic",
    "theano.tensor.shared_randomstreams": "theano.tensor.streams",
    "theano.tensor.sharedvar": "theano.tensor.basic",
    "theano.tensor.signal.conv": "theano.tensor.signal.pool",
    "theano.tensor.signal.windows": "theano.tensor.signal.pool",
    "theano.tensor.subtensor": "theano.tensor.basic",
    "theano.tensor.type": "theano.tensor.basic",
    "theano.tests.disturb_mem": "theano.names",
    "theano.tests.unittest_tools": "theano.gradient",
}
# Modules of Theano's tree that only pass on names: tests/theano/test_names.py looks at all of them.
PASSING_ON = {
    module.name
    for module in MODULES
    if module.part == "theano" and not module.nodes(ast.FunctionDef, ast.ClassDef)
}
DESCRIBED_ELSEWHERE = {"commands", "kernels", "machine"}  # a page for each thing in them
SCRIPTS_ON_PAGES = {"logistic_cg": "logistic"}


def test_every_room_has_a_test_of_its_name():
    modules = {module.name for module in MODULES if not module.is_package}
    rooms = {name for name in modules if not begins(name, "kernels")} | OPERATIONS
    rooms -= PASSING_ON
    tests = {name: TESTED_IN.get(name, name).split(".") for name in rooms}
    without = [
        f"{name}: write {path}, or add it to TESTED_IN"
        for name, [*folders, last] in sorted(tests.items())
        if not (path := ROOT.joinpath("tests", *folders, f"test_{last}.py")).exists()
        and not path.with_name(last).is_dir()
    ]
    assert_none(without)
    assert_none(sorted(set(TESTED_IN) - rooms))


def test_every_package_has_a_page_of_its_name():
    packages = {module.part for module in MODULES if module.is_package} - DESCRIBED_ELSEWHERE
    pages = {path.stem for path in (ROOT / "docs" / "api").glob("*.rst")}
    assert_none(sorted(packages - pages - {"__init__"}))


def test_every_training_script_has_a_page_of_its_name():
    names = {path.stem.removeprefix("train_") for path in (ROOT / "scripts").glob("train_*.py")}
    pages = {path.stem for path in (ROOT / "docs" / "tutorial").glob("*.rst")}
    assert_none(sorted({SCRIPTS_ON_PAGES.get(name, name) for name in names} - pages))


def test_functions_are_short():
    long = {
        f"{module.at(node)} {node.name}": n
        for module in MODULES + SCRIPTS
        for node in module.nodes(ast.FunctionDef)
        if (n := lines_of_code(node))
        > (LONGEST_KERNEL if module.part == "kernels" else LONGEST_FUNCTION)
    }
    assert_none(long)


def lines_of_code(function):
    """Lines of the body below the docstring; what is defined inside counts for itself."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    inner = [each for each in body if isinstance(each, ast.FunctionDef)]
    lines = function.end_lineno - body[0].lineno + 1 if body else 0
    return lines - sum(each.end_lineno - each.lineno + 1 for each in inner)


def public(body):
    """(node, qualified name) of the public functions, classes and methods in a body."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def parameters_of(node):
    """The names of a function's parameters, or of those that make a class's instances."""
    if isinstance(node, ast.ClassDef):
        makers = [each for each in node.body if getattr(each, "name", "") == "__init__"]
        return parameters_of(makers[0]) if makers else []
    given = node.args
    several = [each for each in (given.vararg, given.kwarg) if each]
    names = [each.arg for each in given.posonlyargs + given.args + several + given.kwonlyargs]
    return [name for name in names if name not in ("self", "cls")]


# Kernels are known only to the operations that use them; PyTensor names the methods of those.
PUBLIC = [
    (module, node)
    for module in MODULES
    if module.part != "kernels"
    for node in public(module.tree.body)
]


def test_everything_public_is_documented():
    bare = [str(module.path) for module in MODULES if not ast.get_docstring(module.tree)]
    bare += [f"{module.at(n)} {n.name}" for module, n in PUBLIC if not ast.get_docstring(n)]
    assert_none(bare)


def test_a_documented_parameter_exists_and_none_is_left_out():
    wrong = {}
    for module, node in PUBLIC:
        documented = set(documentation(ast.get_docstring(node) or "")[1])
        missing = documented ^ set(parameters_of(node))
        fields = {each.target.id for each in node.body if isinstance(each, ast.AnnAssign)}
        if documented and missing - fields:
            wrong[f"{module.at(node)} {node.name}"] = sorted(missing)
    assert_none(wrong)


def test_functions_of_several_parameters_have_them_documented():
    silent = [
        f"{module.at(node)} {node.name}"
        for module, node in PUBLIC
        if len(parameters_of(node)) >= MANY_PARAMETERS
        and not has_section(node, "Parameters", "Attributes")
    ]
    assert_none(silent)


def test_errors_are_documented_where_they_are_raised():
    """Only there: a function need not repeat what those that it calls may raise."""
    silent = [
        f"{module.at(node)} {node.name}"
        for module, node in PUBLIC
        if isinstance(node, ast.FunctionDef)
        and any(raises_input_error(each) for each in ast.walk(node))
        and not has_section(node, "Raises")
    ]
    assert_none(silent)


def has_section(node, *titles):
    return any(f"{title}\n---" in (ast.get_docstring(node) or "") for title in titles)


def raises_input_error(node):
    raised = node.exc if isinstance(node, ast.Raise) else None
    return isinstance(raised, ast.Call) and dotted(raised.func) == "InputError"


def test_packages_say_what_is_public():
    unsaid = [
        str(module.path)
        for module in MODULES
        if module.is_package
        and "__all__" not in module.text
        and any(begins(name, "dltut") for _, name in module.imports())
    ]
    assert_none(unsaid)
